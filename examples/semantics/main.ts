import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import {
  connectAlias,
  HttpPortDirectory,
  nodeHttpClient,
  openClientState,
  serveAlias,
  startPam,
} from '../../pa/index.ts';
import { createDispatcher, RpcServer } from '../../rpc/index.ts';
import { CounterFile } from './counter-file-adapter.ts';
import { Crash } from './crash-adapter.ts';
import { CounterProgramV1Client } from './generated/counter.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { pairCounter, pairFailpoints } from './pair-counter.ts';
import { plainCounter } from './plain-counter.ts';
import { Supervisor } from './supervisor-adapter.ts';
import { type Cell, type Fault, faults, headOf, rowOf } from './table.ts';
import { PairWay, PlainWay, type Way } from './ways.ts';

// One counter, three ways to call it, the same faults. `main.js` alone runs everything; it starts the servers as
// `main.js plain FILE PORT`, `main.js remembering FILE PORT` and `main.js pair NODE DATA PAM`. `main.js add STATE PAM` is a
// client that is the same one again when it was killed, and adds for ever.

const additions = 10;
/** The addition that something happens to. */
const faultAt = 5;
const alias = 'counter';
const host = '127.0.0.1';

async function servePlain(file: string, port: number, remembers: boolean): Promise<void> {
  const counter = plainCounter(new CounterFile(file), new Crash(), remembers);
  const handler = createDispatcher([counter], { context: () => undefined, onError: console.error });
  const server = new RpcServer({ ...nodeEnvironment(), handler, onHandlerError: console.error });
  const at = await server.listen({ host, port });
  console.log(`serves ${at.port}`);
}

async function servePair(node: string, data: string, pam: string): Promise<void> {
  const crash = new Crash();
  await serveAlias({
    node,
    alias,
    data,
    pams: [pam],
    services: pairCounter(crash),
    failpoints: pairFailpoints(crash),
    observe: ({ kind }) => {
      if (kind === 'primary' || kind === 'backup') console.log(kind);
    },
  });
}

async function add(folder: string, pam: string): Promise<void> {
  const state = await openClientState(folder);
  const connection = connectAlias({ alias, pams: [pam], ...state });
  const counter = new CounterProgramV1Client(connection);
  for (;;) console.log(await counter.add({ caller: '', number: 0, amount: 1 }));
}

/** A way, the servers behind it, and how to harm it. */
interface Stand {
  readonly name: string;
  readonly way: Way;
  readonly network: FaultyNetwork;
  readonly servers: readonly Supervisor[];
  /** The servers are as many as they should be. */
  ready(): Promise<unknown>;
}

async function plainStand(name: string, folder: string, mostOnce: boolean): Promise<Stand> {
  const file = join(folder, name.replaceAll(' ', '-'));
  const kind = mostOnce ? 'remembering' : 'plain';
  let port = 0;
  const server = new Supervisor(() => [kind, file, String(port)]);
  port = Number((await server.said('serves ')).split(' ')[1]);
  const network = new FaultyNetwork(nodeEnvironment().network);
  const way = new PlainWay({ host, port }, { ...nodeEnvironment(), network }, mostOnce);
  return { name, way, network, servers: [server], ready: () => server.said('serves ') };
}

async function pairStand(name: string, folder: string, pam: string): Promise<Stand> {
  const start = (node: string) => new Supervisor(() => ['pair', node, join(folder, 'area'), pam]);
  const servers = [start('a'), start('b')];
  const environment = nodeEnvironment();
  const network = new FaultyNetwork(environment.network);
  const http = nodeHttpClient();
  const directory = new HttpPortDirectory({ environment, http, urls: [pam] });
  const way = new PairWay({ ...environment, network }, directory, alias);
  const all = (kind: string) => servers.map((server) => server.said(kind));
  const ready = () => Promise.all([Promise.any(all('primary')), Promise.any(all('backup'))]);
  return { name, way, network, servers, ready };
}

const deathsOf = (servers: readonly Supervisor[]): number =>
  servers.reduce((sum, { deaths }) => sum + deaths, 0);

async function tryFault(stand: Stand, fault: Fault, harmPam: () => Promise<void>): Promise<Cell> {
  const { way, network, servers } = stand;
  await stand.ready();
  const before = await way.total();
  const deaths = deathsOf(servers);
  let givenUp = 0;
  for (let number = 1; number <= additions; number += 1) {
    const isHit = number === faultAt;
    if (isHit && fault.kind === 'crash') {
      await way.arm(fault.point);
      if (fault.withPam === true) await harmPam();
    }
    const outcome = await way.add(() => {
      if (isHit && fault.kind === 'message') network.fault = fault.fault;
    });
    if (outcome === 'given up') givenUp += 1;
    // A server that dies after its reply does so a little later.
    if (isHit && fault.kind === 'crash') while (deathsOf(servers) === deaths) await sleep(5);
  }
  return { counted: (await way.total()) - before, givenUp };
}

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fuga-semantics-'));
  const environment = nodeEnvironment();
  let pam = await startPam({ environment, host, port: 0 });
  const { address } = pam;
  // It comes back where it was, and knows nothing.
  const harmPam = async (): Promise<void> => {
    await pam.close();
    pam = await startPam({ environment, ...address });
  };
  const stands = await Promise.all([
    plainStand('at least once', folder, false),
    plainStand('at most once', folder, true),
    pairStand('exactly once', folder, pam.url),
  ]);
  console.log(`${additions} additions of 1, and in the middle of them happens:\n`);
  console.log(headOf(stands.map(({ name }) => name)));
  let isRight = true;
  for (const [name, fault] of faults) {
    const cells: Cell[] = [];
    for (const stand of stands) cells.push(await tryFault(stand, fault, harmPam));
    console.log(rowOf(name, cells, additions));
    isRight &&= cells.at(-1)?.counted === additions;
  }
  console.log(isRight ? '\nExactly once counted right every time.' : '\nEXACTLY ONCE IS BROKEN');
  await Promise.all(stands.map(({ way }) => way.close()));
  await Promise.all(stands.flatMap(({ servers }) => servers.map((server) => server.end())));
  await pam.close();
  rmSync(folder, { recursive: true });
  process.exit(isRight ? 0 : 1);
}

/** A server ends with the script that started it, however that ends. */
function endWithParent(): void {
  process.stdin.resume().once('end', () => process.exit());
}

const [, , command = 'run', first = '', second = '', third = ''] = process.argv;
if (command !== 'run') endWithParent();
if (command === 'plain') await servePlain(first, Number(second), false);
else if (command === 'remembering') await servePlain(first, Number(second), true);
else if (command === 'add') await add(first, second);
else if (command === 'pair') await servePair(first, second, third);
else await run();
