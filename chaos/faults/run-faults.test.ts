import { expect, test } from 'vitest';
import type { Call, Outcome } from '../history/call.ts';
import { Recorder } from '../history/recorder.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { seededRandom } from '../workload/seeded-random.ts';
import { type Fault, type FaultKind, faultKinds } from './fault.ts';
import { type Draw, planFaults, type PlannedFault, possibleFaults } from './fault-plan.ts';
import { drawFullDisk } from './full-disk.ts';
import { drawKill } from './kill.ts';
import { drawPause } from './pause.ts';
import { runFaults } from './run-faults.ts';

interface Attack {
  readonly recorder: Recorder;
  readonly interruption: AbortController;
  readonly done: Promise<void>;
}

const answered = (recorder: Recorder, call: Call, outcome: Outcome): void => {
  recorder.respond(recorder.invoke(0, call), outcome);
};
const isAnswered = (recorder: Recorder): void => {
  answered(recorder, { kind: 'getattr', file: 1 }, { status: 'error', code: 'ESTALE' });
};

/** Time passes only while somebody sleeps; a worker works meanwhile. */
function attack(cluster: FakeCluster, faults: readonly Fault[], work = isAnswered): Attack {
  let nowMs = 0;
  const recorder = new Recorder(() => nowMs * 1000);
  const interruption = new AbortController();
  const done = runFaults({
    cluster,
    recorder,
    plan: faults.map((fault): PlannedFault => ({ fault, afterMs: 30 })),
    signal: interruption.signal,
    isEnough: () => interruption.signal.aborted,
    nowMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      work(recorder);
      return Promise.resolve();
    },
  });
  return { recorder, interruption, done };
}

/** The first five of a run: two after commit, one before it, two at random. */
const kill = (count: number): Fault => drawKill(seededRandom(1), count);
const [afterCommit, beforeCommit, random] = [0, 2, 3];

test('faults: whoever is primary is killed, at the moments that are planned', async () => {
  const cluster = new FakeCluster();
  const { done, recorder } = attack(cluster, [random, beforeCommit, afterCommit].map(kill));
  await done;
  expect(cluster.notes).toEqual([
    'kill a',
    'arm b before-commit',
    'arm a after-commit-before-reply',
  ]);
  expect(recorder.disturbances.map(({ node, moment }) => `${node} ${moment}`)).toEqual([
    'a random',
    'b before-commit',
    'a after-commit-before-reply',
  ]);
});

test('faults: a failpoint that nobody passes becomes a random moment', async () => {
  const cluster = new FakeCluster();
  cluster.onArm = () => Promise.resolve();
  const { done, recorder } = attack(cluster, [kill(beforeCommit)]);
  await done;
  expect(cluster.notes).toEqual(['arm a before-commit', 'kill a']);
  expect(recorder.disturbances.map(({ moment }) => moment)).toEqual(['random']);
});

test('faults: a server that dies before it can answer the order has died', async () => {
  const cluster = new FakeCluster();
  const { onArm } = cluster;
  cluster.onArm = async (server, point) => {
    await onArm(server, point);
    throw new Error('connection reset');
  };
  const { done, recorder } = attack(cluster, [kill(beforeCommit)]);
  await done;
  expect(recorder.disturbances.map(({ moment }) => moment)).toEqual(['before-commit']);
});

test('faults: a server that refuses the order is a failure with its reason', async () => {
  const cluster = new FakeCluster();
  cluster.onArm = () => Promise.reject(new Error('refused with status 404'));
  await expect(attack(cluster, [kill(beforeCommit)]).done).rejects.toThrow(
    'the failpoint before-commit of a cannot be armed: refused with status 404',
  );
});

test('faults: without a backup nothing is done, and at last that is a failure', async () => {
  const cluster = new FakeCluster();
  cluster.hasBackup = false;
  await expect(attack(cluster, [kill(random)]).done).rejects.toThrow(
    'no pair of a primary and a backup within 120 s (a is primary)',
  );
  expect(cluster.notes).toEqual([]);
});

test('faults: clients that are never answered again are a failure, and what was done is written down', async () => {
  const cluster = new FakeCluster();
  let isServed = true;
  cluster.onDeath = () => {
    isServed = false;
    return Promise.resolve();
  };
  const { done, recorder } = attack(cluster, [kill(random)], (here) => {
    if (isServed) isAnswered(here);
  });
  await expect(done).rejects.toThrow('no call was answered for 60 s after kill of a');
  expect(recorder.disturbances).toHaveLength(1);
});

test('faults: an interrupted run does nothing more', async () => {
  const cluster = new FakeCluster();
  const { done, interruption } = attack(cluster, [random, random].map(kill));
  interruption.abort();
  await done;
  expect(cluster.notes).toEqual([]);
});

/** Numbers that draw a certain waking. */
function pauseOf(cluster: FakeCluster, lot: number): Fault {
  const seed = Array.from({ length: 100 }, (_, index) => index).find(
    (each) => seededRandom(each).integer(0, 4) === lot,
  );
  return drawPause(cluster.own, seededRandom(seed ?? 0));
}
const [duringTakeover, afterTakeover] = [1, 3];

test('faults: a stopped primary is woken when its backup serves, and must come back as the same process', async () => {
  const cluster = new FakeCluster();
  cluster.onPause = () => {
    cluster.succeed();
  };
  const { done } = attack(cluster, [pauseOf(cluster, afterTakeover)]);
  await expect(done).rejects.toThrow('a (pid 100), which hung, ended instead of coming back');
  expect(cluster.notes).toEqual(['pause a', 'resume a']);
});

test('faults: a stopped primary is woken also where nobody takes over, which is a failure', async () => {
  const cluster = new FakeCluster();
  const { done } = attack(cluster, [pauseOf(cluster, duringTakeover)]);
  await expect(done).rejects.toThrow('nobody took over from a, which was stopped');
  expect(cluster.notes).toEqual(['pause a', 'resume a']);
});

test('faults: whatever is done is ended again, in the same order', async () => {
  const cluster = new FakeCluster();
  const possible = possibleFaults(cluster);
  const kinds = ['cut-network', 'block', 'pam-kill', 'switchover'] as const;
  const faults = kinds.flatMap((kind) => possible[kind]?.(seededRandom(2), 0) ?? []);
  const { done, recorder } = attack(cluster, faults);
  await done;
  const words = cluster.notes.map((note) => note.split(' ').slice(0, 2).join(' '));
  expect(words).toEqual(['cut a', 'mend', 'block a', 'kill PAM', 'terminate a']);
  expect(recorder.disturbances.map(({ event }) => event)).toEqual(kinds);
});

test('faults: a disk is full until a call that needs space succeeds again', async () => {
  const cluster = new FakeCluster();
  const fault = drawFullDisk(cluster.own.disk, seededRandom(1));
  let refusals = 0;
  const { done, recorder } = attack(cluster, [fault], (here) => {
    const isFree = cluster.notes.includes('free');
    if (isFree) refusals += 1;
    // Servers notice a while later that there is room.
    const outcome: Outcome =
      refusals > 3 ? { status: 'ok', result: {} } : { status: 'error', code: 'ENOSPC' };
    answered(here, { kind: 'mkdir', directory: 1, name: 'a' }, outcome);
  });
  await done;
  const [disturbance] = recorder.disturbances;
  const made = recorder.operations.find(({ outcome }) => outcome.status === 'ok');
  expect(made?.respondedMicroseconds).toBeLessThan(disturbance?.untilMicroseconds ?? 0);
});

const draws = new Map<FaultKind, Draw>(
  Object.entries(possibleFaults(new FakeCluster())).flatMap(([kind, draw]) =>
    draw === undefined ? [] : [[kind as FaultKind, draw]],
  ),
);

function kindsOf(seed: number, count: number): FaultKind[] {
  const plan = planFaults(seededRandom(seed), draws);
  return Array.from({ length: count }, () => plan.next().value.fault.kind);
}

test('fault plan: depends on the seed alone, and begins with each kind that is possible', () => {
  expect(kindsOf(7, 40)).toEqual(kindsOf(7, 40));
  expect(kindsOf(7, 40)).not.toEqual(kindsOf(8, 40));
  expect(kindsOf(3, faultKinds.length).sort()).toEqual([...faultKinds].sort());
});
