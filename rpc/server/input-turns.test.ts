import { expect, test } from 'vitest';
import { memoryNetwork } from '../../environment/testing/memory-network.ts';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { successReply } from '../reply-message.ts';
import { callRecord, xidsIn } from '../testing/records.ts';
import { RawPeer } from '../testing/rpc-pair.ts';
import { turnMs } from './input-turns.ts';
import { RpcServer } from './rpc-server.ts';

/** A server whose calls take some time each; how many it takes in each of its turns. */
async function serverThatTakes(callMs: number) {
  const { timers, settle } = manualClock();
  const taken: number[] = [];
  const failed: unknown[] = [];
  let nowMs = 0;
  let inThisTurn = 0;
  const network = memoryNetwork(timers);
  const server = new RpcServer({
    network,
    timers,
    clock: { monotonicMs: () => nowMs, wallMicroseconds: () => 0 },
    handler: ({ xid }, connection) => {
      nowMs += callMs;
      connection.reply(xid, successReply([]));
      inThisTurn += 1;
      if (inThisTurn > 1) return;
      timers.soon(() => {
        taken.push(inThisTurn);
        inThisTurn = 0;
      });
    },
    onHandlerError: (error) => failed.push(error),
  });
  const at = await server.listen({ host: '127.0.0.1', port: 2049 });
  const openPeer = async (): Promise<RawPeer> => new RawPeer(await network.connect(at));
  return { taken, failed, settle, openPeer };
}

const calls = (...xids: number[]): Buffer[] => [Buffer.concat(xids.map((xid) => callRecord(xid)))];

test('rpc server: calls of all connections are cut into turns, and keep their order on each', async () => {
  const { taken, failed, settle, openPeer } = await serverThatTakes(turnMs / 2);
  const [one, other] = [await openPeer(), await openPeer()];
  one.stream.write(calls(1, 2, 3));
  other.stream.write(calls(11, 12, 13));
  await settle();
  expect([Math.max(...taken), failed]).toEqual([2, []]);
  expect([xidsIn(one.records), xidsIn(other.records)]).toEqual([
    [1, 2, 3],
    [11, 12, 13],
  ]);
  // Nothing is left paused.
  one.stream.write(calls(4));
  await settle();
  expect(xidsIn(one.records)).toEqual([1, 2, 3, 4]);
});

test('rpc server: calls that take no time to speak of are taken in one turn', async () => {
  const { taken, settle, openPeer } = await serverThatTakes(turnMs / 1_000);
  const peer = await openPeer();
  const xids = Array.from({ length: 200 }, (_, at) => at + 1);
  peer.stream.write(calls(...xids));
  await settle();
  expect(taken).toEqual([200]);
});
