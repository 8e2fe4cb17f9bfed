import { expect, test } from 'vitest';
import { Recorder } from '../history/recorder.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { seededRandom } from '../workload/seeded-random.ts';
import { planKills } from './kill-plan.ts';
import type { Kill } from './killer.ts';
import { runKiller } from './killer.ts';
import { moments, type Moment } from './moment.ts';

interface Attack {
  readonly cluster: FakeCluster;
  readonly recorder: Recorder;
  readonly kills: Kill[];
  readonly interruption: AbortController;
  readonly done: Promise<void>;
}

/** Time passes only while the killer sleeps; a worker is answered meanwhile, unless nobody serves. */
function attack(cluster: FakeCluster, plan: readonly Moment[], isServed = () => true): Attack {
  let nowMs = 0;
  const recorder = new Recorder(() => nowMs * 1000);
  const kills: Kill[] = [];
  const interruption = new AbortController();
  const done = runKiller({
    cluster,
    recorder,
    plan: plan.map((moment) => ({ moment, afterMs: 30 })),
    signal: interruption.signal,
    nowMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      if (isServed()) {
        const open = recorder.invoke(0, { kind: 'getattr', file: 1 });
        recorder.respond(open, { status: 'error', code: 'ESTALE' });
      }
      return Promise.resolve();
    },
    onKilled: (kill) => kills.push(kill),
  });
  return { cluster, recorder, kills, interruption, done };
}

test('killer: kills whoever is primary, as planned', async () => {
  const { cluster, done, kills, recorder } = attack(new FakeCluster(), [
    'random',
    'before-commit',
    'after-commit-before-reply',
  ]);
  await done;
  expect(cluster.notes).toEqual([
    'kill a',
    'arm b before-commit',
    'arm a after-commit-before-reply',
  ]);
  expect(kills.map(({ node }) => node)).toEqual(['a', 'b', 'a']);
  expect(recorder.disturbances.map(({ moment }) => moment)).toEqual([
    'random',
    'before-commit',
    'after-commit-before-reply',
  ]);
});

test('killer: a failpoint that nobody passes becomes a random moment', async () => {
  const cluster = new FakeCluster();
  cluster.onArm = () => Promise.resolve();
  const { done, kills } = attack(cluster, ['before-commit']);
  await done;
  expect(cluster.notes).toEqual(['arm a before-commit', 'kill a']);
  expect(kills.map(({ moment }) => moment)).toEqual(['random']);
});

test('killer: a server that dies before it can answer the order has died', async () => {
  const cluster = new FakeCluster();
  const { onArm } = cluster;
  cluster.onArm = async (server, point) => {
    await onArm(server, point);
    throw new Error('connection reset');
  };
  const { done, kills } = attack(cluster, ['before-commit']);
  await done;
  expect(kills.map(({ moment }) => moment)).toEqual(['before-commit']);
});

test('killer: a server that refuses the order is a failure with its reason', async () => {
  const cluster = new FakeCluster();
  cluster.onArm = () => Promise.reject(new Error('refused with status 404'));
  await expect(attack(cluster, ['before-commit']).done).rejects.toThrow(
    'the failpoint before-commit of a cannot be armed: refused with status 404',
  );
});

test('killer: without a backup nobody is killed, and at last that is a failure', async () => {
  const cluster = new FakeCluster();
  cluster.hasBackup = false;
  await expect(attack(cluster, ['random']).done).rejects.toThrow(
    'no pair of a primary and a backup within 120 s (a is primary)',
  );
  expect(cluster.notes).toEqual([]);
});

test('killer: clients that are never answered again are a failure', async () => {
  const cluster = new FakeCluster();
  let isServed = true;
  cluster.onDeath = () => {
    isServed = false;
    return Promise.resolve();
  };
  await expect(attack(cluster, ['random'], () => isServed).done).rejects.toThrow(
    'no call was answered for 60 s after a was killed',
  );
});

test('killer: an interrupted run kills nobody any more', async () => {
  const { cluster, done, interruption } = attack(new FakeCluster(), ['random', 'random']);
  interruption.abort();
  await done;
  expect(cluster.notes).toEqual([]);
});

test('kill plan: depends on the seed alone, and has each moment in it', () => {
  const plan = planKills(seededRandom(7), 20);
  expect(plan).toEqual(planKills(seededRandom(7), 20));
  expect(plan).not.toEqual(planKills(seededRandom(8), 20));
  expect(plan).toHaveLength(20);
  expect(new Set(planKills(seededRandom(3), 5).map(({ moment }) => moment))).toEqual(
    new Set(moments),
  );
});
