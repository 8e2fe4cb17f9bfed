import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { connectAlias, serveAlias, startPam, type VolumeServices } from '../../pa/index.ts';
import { audit } from './audit-service.ts';
import { documentFiles } from './documents-service.ts';
import { AuditProgramV1Client } from './generated/audit.ts';
import { DocumentsProgramV1Client } from './generated/documents.ts';
import { compare, readLog, writeVersions } from './writing.ts';

// Documents and their audit log, each a process pair: every PUT calls APPEND. `main.js run SECONDS` starts both pairs, kills
// their primaries while writers write, and compares the log with what the writers were told. `main.js serve ALIAS NODE`
// runs one process of a pair.

const services: Readonly<Record<string, VolumeServices>> = { documents: documentFiles, audit };
const aliases = ['documents', 'audit'] as const;
const writers = ['ann', 'bob', 'cy'];
const restartMs = 300;
const [, , command, ...args] = process.argv;

async function serve(alias: string, node: string): Promise<void> {
  const { FUGA_PAM: pam = 'http://127.0.0.1:7471', FUGA_DATA: folder = './audit-log-data' } =
    process.env;
  const data = join(folder, alias);
  const served = services[alias];
  if (served === undefined) throw new Error(`there is no "${alias}"`);
  await serveAlias({ node, alias, data, pams: [pam], services: served });
}

/** Both pairs; whoever is killed is started again. */
class Pairs {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #pam: string;
  readonly #processes = new Map<string, ChildProcess>();
  /** Of those that were killed and are to be started again. */
  readonly #restarts = new Set<NodeJS.Timeout>();
  #isOver = false;

  constructor(pam: string, folder: string) {
    this.#pam = pam;
    this.#environment = { ...process.env, FUGA_PAM: pam, FUGA_DATA: folder };
  }

  start(alias: string, node: string): void {
    // Whoever is started after the end nobody ends, and this process would wait for it for ever.
    if (this.#isOver) return;
    const main = fileURLToPath(import.meta.url);
    // Its channel breaks when this process ends, however that ends.
    const child = spawn(process.execPath, [main, 'serve', alias, node], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: this.#environment,
    });
    this.#processes.set(`${alias} ${node}`, child);
  }

  /** Whether there was one. */
  async killPrimary(alias: string): Promise<boolean> {
    const response = await fetch(`${this.#pam}/v1/aliases/${alias}`);
    const { port } = (await response.json()) as {
      readonly port?: { readonly node: string } | null;
    };
    const name = `${alias} ${port?.node ?? ''}`;
    const primary = this.#processes.get(name);
    if (port === undefined || port === null || primary === undefined) return false;
    this.#processes.delete(name);
    primary.kill('SIGKILL');
    console.log(`killed ${name}`);
    const restart = setTimeout(() => {
      this.#restarts.delete(restart);
      this.start(alias, port.node);
    }, restartMs);
    this.#restarts.add(restart);
    return true;
  }

  end(): void {
    this.#isOver = true;
    for (const restart of this.#restarts) clearTimeout(restart);
    for (const child of this.#processes.values()) child.kill('SIGKILL');
  }
}

/** One pair's primary, then the other's, then both, and so on, at random moments. */
async function killNowAndThen(pairs: Pairs, endMs: number): Promise<number> {
  const turns = [['documents'], ['audit'], aliases] as const;
  let kills = 0;
  for (let turn = 0; Date.now() < endMs; turn += 1) {
    await pause(500 + Math.random() * 1_000);
    const chosen = turns[turn % turns.length] ?? aliases;
    const killed = await Promise.all(chosen.map((alias) => pairs.killPrimary(alias)));
    kills += killed.filter(Boolean).length;
  }
  return kills;
}

async function run(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fuga-audit-log-'));
  const pam = await startPam({ environment: nodeEnvironment(), host: '127.0.0.1', port: 0 });
  const pairs = new Pairs(pam.url, folder);
  // The servers take a moment to start, and until then no PAM knows them.
  const common = { pams: [pam.url], limits: { unknownAliasPatienceMs: 60_000 } };
  const documents = connectAlias({ ...common, alias: 'documents' });
  const log = connectAlias({ ...common, alias: 'audit' });
  try {
    for (const alias of aliases) for (const node of ['a', 'b']) pairs.start(alias, node);
    const client = new DocumentsProgramV1Client(documents);
    await client.documentsNull(undefined);
    const endMs = Date.now() + seconds * 1_000;
    const isOver = (): boolean => Date.now() >= endMs;
    const told = new Map(writers.map((name): [string, bigint[]] => [name, []]));
    const writing = [...told].map(([name, positions]) =>
      writeVersions(client, name, positions, isOver),
    );
    const [kills] = await Promise.all([killNowAndThen(pairs, endMs), ...writing]);
    const entries = await readLog(new AuditProgramV1Client(log));
    const wrong = await compare(client, entries, told);
    for (const line of wrong) console.log(line);
    console.log(`${entries.length} entries, ${kills} processes killed`);
    console.log(
      wrong.length === 0
        ? 'each acknowledged write is in the log once, in order, and nothing else is'
        : 'THE LOG IS WRONG',
    );
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    await Promise.all([documents.close(), log.close()]);
    pairs.end();
    await pam.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (command === 'serve') {
  process.on('disconnect', () => process.exit());
  // Whoever started this one may have ended before anybody listened to that; by hand there is no channel at all.
  if (process.send !== undefined && !process.connected) process.exit();
  await serve(args[0] ?? '', args[1] ?? 'a');
} else if (command === 'run') {
  await run(Number(args[0] ?? '10'));
} else {
  console.error('usage: main.js run SECONDS | serve documents|audit NODE');
  process.exitCode = 2;
}
