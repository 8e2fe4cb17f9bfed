import { expect, test } from 'vitest';
import { checkHistory } from './checker/check-history.ts';
import { planFaults } from './faults/fault-plan.ts';
import { drawKill } from './faults/kill.ts';
import type { RunOutcome } from './run.ts';
import { runChaos } from './run.ts';
import { FakeCluster } from './testing/fake-cluster.ts';
import type { Fault } from './testing/faulty-server.ts';
import { FaultyServer } from './testing/faulty-server.ts';
import type { MemoryVolume } from './testing/memory-service.ts';
import { memoryService } from './testing/memory-service.ts';
import { NaiveFileSystem } from './testing/naive-file-system.ts';
import { seededRandom } from './workload/seeded-random.ts';

const takeoverMs = 20;

interface MemoryRun {
  readonly kills: number;
  /** What the servers do with calls that are under way while the primary dies. */
  readonly atTakeover?: Fault;
  readonly signal?: AbortSignal;
}

/** A run against a volume in memory, whose takeovers only take time, or spoil a call each. */
function runInMemory({ kills, atTakeover, signal }: MemoryRun): Promise<RunOutcome> {
  let spoiled = 0;
  const cluster = new FakeCluster();
  const files = new NaiveFileSystem();
  const server = new FaultyServer(files, ({ kind }) => {
    if (spoiled === 0 || !['mkdir', 'symlink', 'remove', 'rmdir', 'link'].includes(kind)) {
      return undefined;
    }
    spoiled -= 1;
    return atTakeover;
  });
  const volume: MemoryVolume = { files, server, served: Promise.resolve() };
  cluster.onDeath = () => {
    if (atTakeover !== undefined) spoiled += 1;
    volume.served = new Promise((resolve) => setTimeout(resolve, takeoverMs));
    return Promise.resolve();
  };
  return runChaos({
    cluster,
    plan: planFaults(seededRandom(5), new Map([['kill', drawKill]])),
    enough: { faults: kills },
    clients: ['pa'],
    seed: 5,
    workers: 4,
    registration: atTakeover === undefined,
    run: '00c0ffee',
    openServices: (kinds) => Promise.resolve(kinds.map(() => memoryService(volume))),
    signal: signal ?? new AbortController().signal,
    onProgress: () => undefined,
  });
}

test('run: a volume that survives its kills is found correct, and everything is read back', async () => {
  const { history, failure } = await runInMemory({ kills: 3 });
  expect(failure).toBeUndefined();
  expect(history.disturbances).toHaveLength(3);
  expect(history.header.roots.map(({ path }) => path)).toEqual([
    ...['shared-0', 'shared-1', 'shared-2', 'shared-3', 'shared-4'],
    ...['own-0', 'own-1', 'own-2', 'own-3'],
  ]);
  expect(checkHistory(history)).toMatchObject({ verdict: 'correct', audited: true });
  const kinds = new Set(history.operations.map(({ call }) => call.kind));
  expect(kinds.size).toBe(14);
});

test('run: servers that execute calls twice at takeovers are found out', async () => {
  const { history } = await runInMemory({ kills: 4, atTakeover: { kind: 'answered again' } });
  const verdict = checkHistory(history);
  expect(verdict.verdict).toBe('wrong');
  expect(verdict.counts.spurious).toBeGreaterThanOrEqual(1);
});

test('run: an interrupted run ends soon, with what was recorded', async () => {
  const interruption = new AbortController();
  setTimeout(() => {
    interruption.abort();
  }, 300);
  const { history, failure } = await runInMemory({ kills: 1_000, signal: interruption.signal });
  expect(failure).toBeUndefined();
  expect(history.operations.length).toBeGreaterThan(0);
});
