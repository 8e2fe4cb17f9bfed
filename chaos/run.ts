import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Cluster } from './cluster/cluster.ts';
import type { ObservedTakeover } from './cluster/takeover-log.ts';
import type { PlannedFault } from './faults/fault-plan.ts';
import { runFaults } from './faults/run-faults.ts';
import type {
  ClientKind,
  Disturbance,
  Header,
  History,
  Root,
  Takeover,
} from './history/history.ts';
import { Recorder } from './history/recorder.ts';
import { runAudit } from './workload/audit.ts';
import type { Area } from './workload/choose-call.ts';
import type { FileService } from './workload/file-service.ts';
import { Knowledge } from './workload/knowledge.ts';
import { seededRandom } from './workload/seeded-random.ts';
import { runWorker } from './workload/worker.ts';

export interface RunOptions {
  readonly cluster: Cluster;
  readonly plan: Iterable<PlannedFault>;
  /** When there were enough faults. */
  readonly enough: { readonly faults: number } | { readonly minutes: number };
  readonly seed: number;
  readonly workers: number;
  readonly registration: boolean;
  /** Eight hexadecimal digits, different for each run. */
  readonly run: string;
  /** Kinds of clients, which come by turns. */
  readonly clients: readonly ClientKind[];
  /** Connects these clients. */
  readonly openServices: (kinds: readonly ClientKind[]) => Promise<readonly FileService[]>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
}

export interface RunProgress {
  readonly operations: number;
  readonly faults: readonly Disturbance[];
}

export interface RunOutcome {
  readonly history: History;
  /** Why the run ended before its time; what was recorded until then is there. */
  readonly failure: Error | undefined;
}

/** Pairs of directories, within which workers rename from one to the other, and single ones. */
const sharedAreas = [2, 2, 1] as const;
const sharedNames = ['a', 'b', 'c', 'd', 'e', 'f'];
const ownNames = [...sharedNames, 'g', 'h', 'i', 'j'];
/** Several workers on one client, so that clients have several calls outstanding. */
const workersPerClient = 2;
/** Calls go on for a moment before the first fault and after the last. */
const calmMs = 500;
const progressMs = 100;

/** Lets workers loose on a cluster, does to it what is planned meanwhile, and reads everything back. */
export async function runChaos(options: RunOptions): Promise<RunOutcome> {
  const { seed, workers, run } = options;
  const kinds = Array.from(
    { length: Math.ceil(workers / workersPerClient) },
    (_, index) => options.clients[index % options.clients.length] ?? 'pa',
  );
  const services = await options.openServices(kinds);
  try {
    const [first] = services;
    if (first === undefined) throw new Error('a run has workers');
    const shared = await makeAreas(first);
    const own = await makeRoots(first, 'own', workers);
    const roots = [...shared.flat(), ...own];
    const header: Header = {
      run,
      seed,
      registration: options.registration,
      roots,
      auditor: workers,
      clients: own.map((_, client) => kinds[Math.floor(client / workersPerClient)] ?? 'pa'),
    };
    return await attack(options, services, header, shared, own);
  } finally {
    await Promise.all(services.map((service) => service.close()));
  }
}

async function attack(
  options: RunOptions,
  services: readonly FileService[],
  header: Header,
  shared: readonly (readonly Root[])[],
  own: readonly Root[],
): Promise<RunOutcome> {
  const random = seededRandom(options.seed);
  const startMs = performance.now();
  const recorder = new Recorder(() => (performance.now() - startMs) * 1000);
  const sharedAreaList = shared.map((roots) => areaOf(roots, sharedNames));
  const ending = new AbortController();
  const ends = AbortSignal.any([ending.signal, options.signal]);

  const failures: Error[] = [];
  const guarded = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      ending.abort();
    }
  };
  const workers = own.map((root, client) =>
    guarded(
      runWorker({
        client,
        service: serviceOf(services, client),
        recorder,
        random: random.fork(`worker ${client}`),
        own: areaOf([root], ownNames),
        shared: sharedAreaList,
        isOver: () => ends.aborted,
        pause: sleepMs,
      }),
    ),
  );
  const progress = setInterval(() => {
    options.onProgress({
      operations: recorder.operations.length,
      faults: recorder.disturbances,
    });
  }, progressMs);
  try {
    await guarded(disturb(options, recorder, ends));
    ending.abort();
    await settled(workers, failures.length > 0 || options.signal.aborted);
    recorder.abandonOpenCalls();
    if (failures.length === 0 && !options.signal.aborted) {
      const roots = header.roots.map(({ ino }) => ino);
      await guarded(runAudit(header.auditor, roots, serviceOf(services, 0), recorder));
    }
  } finally {
    clearInterval(progress);
  }
  const { operations, disturbances } = recorder;
  const { cluster } = options;
  const takeovers = cluster.takeovers().flatMap((takeover) => takeoverOf(takeover, startMs));
  const crashes = cluster.crashes();
  return {
    history: { header, operations, disturbances, takeovers, crashes },
    failure: failures[0],
  };
}

/** In the time of the run. Those before it are no part of it. */
function takeoverOf(takeover: ObservedTakeover, startMs: number): Takeover[] {
  const { beganMs, servedMs, ...rest } = takeover;
  if (beganMs < startMs) return [];
  const since = (ms: number): number => Math.round((ms - startMs) * 1000);
  return [{ ...rest, beganMicroseconds: since(beganMs), servedMicroseconds: since(servedMs) }];
}

async function disturb(
  options: RunOptions,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, plan, enough } = options;
  await sleepMs(calmMs);
  const startMs = performance.now();
  const isEnough = (): boolean =>
    'faults' in enough
      ? recorder.disturbances.length >= enough.faults
      : performance.now() - startMs >= enough.minutes * 60_000;
  await runFaults({
    cluster,
    recorder,
    plan,
    signal,
    isEnough: () => signal.aborted || isEnough(),
    sleep: sleepMs,
    nowMs: () => performance.now(),
  });
  if (!signal.aborted) await sleepMs(calmMs);
}

/** After a failure calls may never be answered. */
const failurePatienceMs = 2_000;
/** PA clients wait as long as it takes; a pair that never comes back is noticed by this. */
const lastAnswerPatienceMs = 60_000;

async function settled(workers: readonly Promise<void>[], isBroken: boolean): Promise<void> {
  const patienceMs = isBroken ? failurePatienceMs : lastAnswerPatienceMs;
  const timer = new AbortController();
  await Promise.race([
    Promise.all(workers),
    sleepFor(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  timer.abort();
}

async function makeAreas(service: FileService): Promise<Root[][]> {
  const total = sharedAreas.reduce((sum: number, count) => sum + count, 0);
  const roots = await makeRoots(service, 'shared', total);
  return sharedAreas.map((count) => roots.splice(0, count));
}

async function makeRoots(service: FileService, name: string, count: number): Promise<Root[]> {
  const roots: Root[] = [];
  for (let index = 0; index < count; index += 1) {
    const path = `${name}-${index}`;
    roots.push({ ino: await service.makeRoot(path), path });
  }
  return roots;
}

function areaOf(roots: readonly Root[], names: readonly string[]): Area {
  return { knowledge: new Knowledge(roots.map(({ ino }) => ino)), names };
}

function serviceOf(services: readonly FileService[], client: number): FileService {
  const service = services[Math.floor(client / workersPerClient)];
  if (service === undefined) throw new Error(`no client for worker ${client}`);
  return service;
}

async function sleepMs(ms: number): Promise<void> {
  await sleepFor(ms);
}
