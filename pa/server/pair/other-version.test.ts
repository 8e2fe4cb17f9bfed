import { expect, test } from 'vitest';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import { PairProgramV1 } from '../../../protocol/generated/pa.ts';
import { createDispatcher } from '../../../rpc/server/dispatcher.ts';
import { RpcServer } from '../../../rpc/server/rpc-server.ts';
import { openMemoryArea } from '../../../stable-area/memory/memory-area.ts';
import { TestCluster } from '../testing/test-node.ts';
import { Backups } from './backups.ts';
import { ayaHandler } from './aya-handler.ts';

/** A primary `a` of a later version: it has claimed, and its pair port knows another version of the program alone. */
async function laterPrimary(cluster: TestCluster): Promise<RpcServer> {
  const { clock, timers } = cluster.time;
  const parts = { process: 'later', secret: undefined, backups: new Backups(clock) };
  const version = { ...PairProgramV1, version: PairProgramV1.version + 1 };
  const table = { ...ayaHandler({ ...parts, volume: () => undefined }), version };
  const onError = (error: unknown): void => {
    throw error;
  };
  const server = new RpcServer({
    network: cluster.network,
    clock,
    timers,
    handler: createDispatcher([table], { context: () => undefined, onError }),
    onHandlerError: onError,
  });
  const { host, port } = await cluster.settled(server.listen({ host: '127.0.0.1', port: 0 }));
  const area = openMemoryArea(cluster.disk, { clock, timers, random: seededRandom(99) });
  const claimant = { node: 'a', process: 'later', pid: 2, startTime: '0', namespace: '0' };
  const pairAddress = `${host}:${port}`;
  await cluster.settled(area.claim({ ...claimant, pairAddress }, { expected: 0 }));
  return server;
}

test('a primary with another pair protocol is left alone while it answers, and replaced when it dies', async () => {
  const cluster = new TestCluster();
  const primary = await laterPrimary(cluster);
  const b = await cluster.start('b');
  await cluster.time.advance(20_000);
  expect(b.volume.status().role).toBe('backup');
  const problems = b.events.flatMap((event) => (event.kind === 'problem' ? [event.message] : []));
  expect(problems).toEqual([expect.stringContaining('a has another version of the pair protocol')]);
  await cluster.settled(primary.destroy());
  await cluster.time.advance(500);
  expect(b.volume.status()).toMatchObject({ role: 'primary', epoch: 2 });
});
