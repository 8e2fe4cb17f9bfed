import { expect, test } from 'vitest';
import { delay } from '../../environment/clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { NamesV1, type NameStatus } from '../server/testing/names-service.ts';
import { TestCluster, type TestNode } from '../server/testing/test-node.ts';
import type { Stall } from './events.ts';
import { createPaClient, type PaAlias } from './pa-client.ts';
import { directoryOf } from './testing/cluster-directory.ts';

function clientOf(cluster: TestCluster, seed: number) {
  const stalls: Stall[] = [];
  const { clock, timers } = cluster.time;
  const client = createPaClient({
    environment: { clock, timers, network: cluster.network, random: seededRandom(seed) },
    directory: directoryOf(cluster),
    events: { stalled: (stall) => stalls.push(stall) },
  });
  return { client, names: client.alias('names'), stalls };
}

const { make, take, look } = NamesV1.procedures;

/** Makes and takes names of its own for ever; any other answer than the right one is kept. */
function worker({ time }: TestCluster, names: PaAlias, id: number) {
  const state = { isStopped: false, done: 0, wrong: [] as string[] };
  const expectAnswer = async (name: string, procedure: typeof make, right: NameStatus) => {
    // Time stands still otherwise, and a worker that never waits would never let it go on.
    await delay(time.timers, 3);
    const answer = await names.call(NamesV1, procedure, name);
    state.done += 1;
    if (answer !== right) state.wrong.push(`${procedure.name} ${name}: ${answer}`);
  };
  const run = async () => {
    for (let serial = 0; !state.isStopped; serial += 1) {
      const name = `${id}-${serial}`;
      await expectAnswer(name, make, 'ok');
      await expectAnswer(name, look, 'ok');
      await expectAnswer(name, make, 'exists');
      await expectAnswer(name, take, 'ok');
      await expectAnswer(name, take, 'missing');
      await expectAnswer(name, look, 'missing');
    }
  };
  const ended = run().catch((error: unknown) => void state.wrong.push(String(error)));
  return { state, ended };
}

async function underLoad(seed: number, disturb: (cluster: TestCluster) => Promise<void>) {
  const cluster = new TestCluster();
  const { client, names, stalls } = clientOf(cluster, seed);
  const workers = Array.from({ length: 4 }, (_, id) => worker(cluster, names, id));
  await disturb(cluster);
  for (const { state } of workers) state.isStopped = true;
  await cluster.settled(Promise.all(workers.map(({ ended }) => ended)));
  await cluster.settled(client.close());
  return {
    stalls,
    wrong: workers.flatMap(({ state }) => state.wrong),
    done: workers.reduce((sum, { state }) => sum + state.done, 0),
  };
}

test('takeover after takeover by SIGKILL: no spurious answer, and the stall is short', async () => {
  const { stalls, wrong, done } = await underLoad(1, async (cluster) => {
    let nodes = [await cluster.start('a'), await cluster.start('b')];
    await cluster.time.advance(300);
    for (let kill = 0; kill < 8; kill += 1) {
      await killPrimary(nodes);
      await cluster.time.advance(300);
      nodes = await replaceDead(cluster, nodes);
      await cluster.time.advance(300);
    }
  });
  expect(wrong).toEqual([]);
  expect(done).toBeGreaterThan(200);
  const takeovers = stalls.filter(({ isTakeover }) => isTakeover);
  expect(takeovers).toHaveLength(8);
  expect(Math.max(...takeovers.map(({ stallMs }) => stallMs))).toBeLessThan(250);
});

test.each([1, 2, 3])(
  'seed %i: killed, stopped and woken at random, and no spurious answer',
  async (seed) => {
    const random = seededRandom(seed * 1_000);
    const { wrong, done } = await underLoad(seed, async (cluster) => {
      let nodes = [await cluster.start('a'), await cluster.start('b'), await cluster.start('c')];
      const stopped: TestNode[] = [];
      for (let round = 0; round < 6; round += 1) {
        await cluster.time.advance(random.fraction() * 700);
        const victim = random.fraction() < 0.7 ? primary(nodes) : nodes[round % nodes.length];
        if (victim !== undefined && random.fraction() < 0.5) {
          await victim.kill();
          killed.add(victim);
        } else if (victim !== undefined) {
          victim.stop();
          stopped.push(victim);
        }
        await cluster.time.advance(random.fraction() * 2_500);
        for (const node of stopped.splice(0)) if (!killed.has(node)) node.resume();
        nodes = await replaceDead(cluster, nodes);
      }
      await cluster.time.advance(5_000);
    });
    expect(wrong).toEqual([]);
    expect(done).toBeGreaterThan(100);
  },
);

const killed = new WeakSet<TestNode>();

function primary(nodes: readonly TestNode[]): TestNode | undefined {
  return nodes.find((node) => !killed.has(node) && node.volume.status().role === 'primary');
}

async function killPrimary(nodes: readonly TestNode[]): Promise<void> {
  const node = primary(nodes);
  if (node === undefined) throw new Error('nobody is primary');
  await node.kill();
  killed.add(node);
}

async function replaceDead(cluster: TestCluster, nodes: readonly TestNode[]): Promise<TestNode[]> {
  const alive = nodes.filter((node) => !killed.has(node));
  for (const node of nodes) if (killed.has(node)) alive.push(await cluster.start(node.node));
  return alive;
}
