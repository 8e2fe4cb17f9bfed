import { checkHistory, type Verdict } from '../../chaos/checker/check-history.ts';
import type { Outcome } from '../../chaos/history/call.ts';
import type { Root } from '../../chaos/history/history.ts';
import { Recorder } from '../../chaos/history/recorder.ts';
import { runAudit } from '../../chaos/workload/audit.ts';
import type { Area } from '../../chaos/workload/choose-call.ts';
import type { FileService } from '../../chaos/workload/file-service.ts';
import { HandleTable } from '../../chaos/workload/handle-table.ts';
import { Knowledge } from '../../chaos/workload/knowledge.ts';
import { makeTop } from '../../chaos/workload/nfs-file-service.ts';
import { seededRandom } from '../../chaos/workload/seeded-random.ts';
import { runWorker } from '../../chaos/workload/worker.ts';
import { systemPrefix } from '../../stable-area/keys.ts';
import { delay } from '../../environment/clock.ts';
import { findLeaks } from './checkers/leak-checker.ts';
import {
  fileServiceOf,
  makePaClient,
  makeStockClient,
  runName,
  type SimulatedClient,
} from './cluster/clients.ts';
import { BulkWork } from './cluster/bulk-work.ts';
import { ListingWork } from './cluster/listing-work.ts';
import { TableWork } from './cluster/table-work.ts';
import { SimulatedCluster } from './cluster/simulated-cluster.ts';
import { aliasName } from './cluster/simulated-server.ts';
import { SimulationError } from './core/scheduler.ts';
import { FaultInjector } from './faults/fault-injector.ts';
import { runNestedSimulation } from './nested/nested-run.ts';
import { isNestedSeed } from './nested/nested-world.ts';
import { type RunOptions, type RunResult, runToEnd, type Story } from './one-run.ts';
import { drawWorld, leaseSweepMs, sharedPort } from './world.ts';

/** A run has so many steps at most, and so many more for each takeover. */
const stepsMin = 100_000;
const stepsPerTakeover = 2_000;
const names = ['a', 'b', 'c', 'd', 'e'];

/** One world under one seed, from nothing to the last goodbye. Never rejects for what the servers do wrong. */
export function runSimulation(options: RunOptions): Promise<RunResult> {
  if (isNestedSeed(options.seed)) return runNestedSimulation(options);
  const { seed } = options;
  const world = drawWorld(seed);
  const takeovers = Math.ceil(options.takeovers * world.takeoversShare);
  const cluster = new SimulatedCluster({ ...world.cluster, recentMax: options.recentMax ?? 0 });
  const recorder = new Recorder(() => cluster.scheduler.nowMs * 1_000);
  const run = new Run(cluster, recorder, world, takeovers);
  return runToEnd(seed, run, stepsMin + stepsPerTakeover * takeovers);
}

class Run implements Story {
  readonly clusters: readonly [SimulatedCluster];
  readonly #cluster: SimulatedCluster;
  readonly #recorder: Recorder;
  readonly #world: ReturnType<typeof drawWorld>;
  readonly #takeovers: number;
  readonly #faults: FaultInjector;
  #roots: readonly Root[] = [];
  #clients: SimulatedClient[] = [];
  #listing: ListingWork | undefined;
  #table: TableWork | undefined;
  #bulk: BulkWork | undefined;
  #isOver = false;
  #leaks: readonly string[] = [];

  constructor(
    cluster: SimulatedCluster,
    recorder: Recorder,
    world: ReturnType<typeof drawWorld>,
    takeovers: number,
  ) {
    this.#cluster = cluster;
    this.clusters = [cluster];
    this.#recorder = recorder;
    this.#world = world;
    this.#takeovers = takeovers;
    this.#faults = new FaultInjector(cluster, world.faults, world.pace);
    cluster.isUnderLoad = () => this.#isUnderLoad();
  }

  async live(): Promise<void> {
    const { servers, workers, callsAtOnce, stockClients, sideWork, bulkWork } = this.#world;
    for (const node of names.slice(0, servers)) this.#cluster.startServer(node);
    const handles = new HandleTable();
    const auditor = makePaClient(this.#cluster, 'auditor');
    this.#clients.push(auditor);
    const top = await makeTop(auditor.caller, handles, `/${aliasName}`, `run-${runName}`);
    const service = fileServiceOf(auditor, handles, top);
    this.#roots = await makeRoots(service, callsAtOnce * workers + stockClients);
    for (let index = 0; index < workers; index += 1) {
      this.#clients.push(makePaClient(this.#cluster, `client-${index}`));
    }
    for (let index = 0; index < stockClients; index += 1) {
      const client = makeStockClient(this.#cluster, `stock-${index}`, sharedPort);
      this.#clients.push(await client);
    }
    const work = this.#workers.map((client, index) =>
      this.#work(client, index, fileServiceOf(client, handles, top)),
    );
    if (bulkWork) {
      this.#bulk = await BulkWork.prepare(auditor, handles.get(top));
      work.push(this.#bulk.run(() => this.#isOver));
    }
    if (sideWork) work.push(...(await this.#startSideWork(auditor, handles.get(top))));
    await this.#faults.run(() => this.#cluster.takeovers >= this.#takeovers);
    this.#isOver = true;
    await Promise.all(work);
    const roots = this.#roots.map(({ ino }) => ino);
    await runAudit(this.#workers.length, roots, service, this.#recorder);
    await Promise.all(this.#clients.map((client) => client.close()));
    this.#leaks = await this.#lookForLeaks();
  }

  async #startSideWork(client: SimulatedClient, top: Buffer): Promise<Promise<void>[]> {
    this.#listing = await ListingWork.prepare(client, top);
    this.#table = new TableWork(client);
    return [this.#listing, this.#table].map((work) => work.run(() => this.#isOver));
  }

  /** A PA client counts what it waits for; that of a stock client counts nowhere. */
  #isUnderLoad(): boolean {
    return this.#clients.some(({ pa }) => {
      const status = pa?.alias(aliasName).status();
      return status !== undefined && status.outstanding + status.queued > 0;
    });
  }

  /** A hello whose reply was lost leaves a life that nobody knows: it goes when its lease is over. */
  async #lookForLeaks(): Promise<string[]> {
    const { primary, members } = this.#cluster;
    for (const member of members.values()) if (member !== primary) member.process.kill();
    if (primary?.engine === undefined) return ['nobody serves when the clients have gone'];
    const { engine, process } = primary;
    await delay(process.timers, this.#world.cluster.settings.leaseMs + leaseSweepMs);
    const limit = Number.MAX_SAFE_INTEGER;
    return findLeaks(await engine.range({ from: systemPrefix, to: '\xff', limit }));
  }

  get listings(): number {
    return this.#listing?.listings ?? 0;
  }

  /** A PA client has several calls outstanding; a stock client, whose calls may be given up, has one. */
  get #workers(): readonly SimulatedClient[] {
    return this.#clients
      .slice(1)
      .flatMap((client) =>
        client.pa === undefined
          ? [client]
          : Array.from({ length: this.#world.callsAtOnce }, () => client),
      );
  }

  get calls(): number {
    return this.#recorder.operations.length;
  }

  verdict(): string[] {
    const { disturbances } = this.#recorder;
    // A disk without room refuses: that is no error of the order, and must have changed nothing.
    const operations = this.#recorder.operations.filter(({ outcome }) => !isRefusedByDisk(outcome));
    const auditor = this.#workers.length;
    const roots = this.#roots;
    const header = { run: runName, seed: 1, registration: true, roots, auditor, clients: [] };
    const history = { header, operations, disturbances, takeovers: [], crashes: [] };
    const sideWork = [this.#listing, this.#table, this.#bulk].flatMap(
      (work) => work?.findings ?? [],
    );
    return [...this.#leaks, ...sideWork, ...findingsOf(checkHistory(history))];
  }

  describe(): string {
    const waiting = this.#clients.map(({ process, pa }) => {
      const status = pa?.alias(aliasName).status();
      return `${process.name}: ${status === undefined ? 'stock client' : `${status.outstanding} outstanding, ${status.queued} queued, incarnation ${status.incarnation}, port ${JSON.stringify(status.port)}`}`;
    });
    return [this.#cluster.describe(), ...waiting].join('\n');
  }

  #work(client: SimulatedClient, index: number, service: FileService): Promise<void> {
    const { timers } = client.process;
    const [first, ...own] = this.#roots;
    const ownRoot = own[index];
    if (first === undefined || ownRoot === undefined) throw new SimulationError('too few roots');
    return runWorker({
      client: index,
      service,
      recorder: this.#recorder,
      random: seededRandom(this.#world.cluster.seed).fork(`worker ${index}`),
      own: areaOf([ownRoot]),
      shared: [(this.#shared ??= areaOf([first]))],
      isOver: () => this.#isOver && client.mayEnd(),
      pause: (ms) => (this.#world.pauses ? delay(timers, ms) : Promise.resolve()),
    });
  }

  #shared: Area | undefined;
}

async function makeRoots(service: FileService, workers: number): Promise<Root[]> {
  const roots: Root[] = [];
  for (const path of ['shared', ...Array.from({ length: workers }, (_, index) => `own-${index}`)]) {
    roots.push({ ino: await service.makeRoot(path), path });
  }
  return roots;
}

function areaOf(roots: readonly Root[]): Area {
  return { knowledge: new Knowledge(roots.map(({ ino }) => ino)), names };
}

function findingsOf(verdict: Verdict): string[] {
  return [
    ...verdict.findings.map(
      ({ category, operation, message }) => `${category}: ${operation}: ${message}`,
    ),
    ...verdict.undecided.map((reason) => `undecided: ${reason}`),
  ];
}

function isRefusedByDisk(outcome: Outcome): boolean {
  return outcome.status === 'error' && outcome.code === 'ENOSPC';
}
