import { expect, test } from 'vitest';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { paPrefix } from '../../stable-area/keys.ts';
import { registeredReplies } from './records.ts';
import { Session } from './session.ts';
import { NamesV1 } from './testing/names-service.ts';
import { testClient, type TestReply, TestVolume, type TestServer } from './testing/test-volume.ts';

const { make, take } = NamesV1.procedures;
const { paComplete, paHello } = PaProgramV1.procedures;

/** A volume with a client, and what it does. */
async function world() {
  const volume = new TestVolume();
  const first = await volume.claim();
  const connection = volume.connection();
  const program = PaProgramV1.program;
  const hello = { client: testClient, previousIncarnation: 0n };
  await volume.ask(first, connection, { program, procedure: paHello, args: hello, header: {} });
  return {
    volume,
    first,
    make: (to: TestServer, sequence: number, lowestUnfinished: number) => {
      const header = { sequence, lowestUnfinished };
      return volume.ask(to, connection, { procedure: make, args: `n${sequence}`, header });
    },
    take: (to: TestServer, name: string, sequence: number, lowestUnfinished: number): void => {
      const header = { sequence, lowestUnfinished };
      volume.send(to, connection, { procedure: take, args: name, header });
    },
    complete: async (to: TestServer, lowestUnfinished: bigint): Promise<void> => {
      const args = { client: testClient, incarnation: 1n, lowestUnfinished };
      await volume.ask(to, connection, { program, procedure: paComplete, args, header: {} });
    },
  };
}

/** The registered replies in the stable area: which calls', by slot. */
async function stored({ holder }: TestServer) {
  const { prefix } = registeredReplies;
  const records = await holder.range({ from: prefix, to: `${prefix}\xff`, limit: 1_000 });
  return records.map(({ key, value }) => {
    const own = key.slice(prefix.length);
    return { key, sequence: registeredReplies.decode(value, own).sequence };
  });
}

const sequences = async (server: TestServer): Promise<number[]> =>
  (await stored(server)).map(({ sequence }) => sequence);

test('a reply takes the place of one that its client has completed, which is refused for ever', async () => {
  const { volume, first, make: made } = await world();
  for (let sequence = 1; sequence <= 6; sequence += 1) await made(first, sequence, 1);
  expect(await sequences(first)).toEqual([1, 2, 3, 4, 5, 6]);
  // 1 to 3 are completed: two slots are used again, the one released last first.
  await made(first, 7, 4);
  const last = await made(first, 8, 4);
  expect(await sequences(first)).toEqual([1, 8, 7, 4, 5, 6]);

  const second = await volume.claim();
  expect(await made(second, 2, 1)).toBeUndefined();
  expect(await made(second, 1, 1)).toBeUndefined();
  expect(second.server.counters.duplicatesCompleted).toBe(2);
  expect((await made(second, 8, 1))?.results).toEqual(last?.results);
  expect(second.server.counters.duplicatesDone).toBe(1);
  // The slot that was left over is known to the next holder.
  await made(second, 9, 4);
  expect(await sequences(second)).toEqual([9, 8, 7, 4, 5, 6]);
});

test('an idle client keeps nothing but its number; its slots are used again, by the next holder too', async () => {
  const { volume, first, make: made, complete } = await world();
  for (let sequence = 1; sequence <= 3; sequence += 1) await made(first, sequence, 1);
  await complete(first, 3n);
  expect(await sequences(first)).toEqual([3]);
  const second = await volume.claim();
  expect(await made(second, 2, 1)).toBeUndefined();
  await made(second, 4, 3);
  await made(second, 5, 3);
  const slots = (await stored(second)).map(({ key }) => key.slice(-2));
  expect(slots).toEqual(['\x00\x00', '\x00\x01', '\x00\x02']);
  await complete(second, 6n);
  expect(await sequences(second)).toEqual([]);
});

test('a call that its client gives up before the answer is refused by the next holder', async () => {
  const { volume, first, make: made, take: taken } = await world();
  await made(first, 1, 1);
  taken(first, 'n1', 2, 2);
  // Before the disk has answered.
  taken(first, 'n2', 3, 3);
  await volume.time.advance(10);
  expect(await sequences(first)).toEqual([3]);
  const second = await volume.claim();
  expect(await made(second, 2, 1)).toBeUndefined();
  expect(second.server.counters.duplicatesCompleted).toBe(1);
});

test('a call that its client gave up before it was executed leaves its slot to the next', () => {
  const session = new Session<string>('client', 1, 1, 0);
  const call = {
    digest: Buffer.alloc(16),
    status: 'success',
    results: Buffer.alloc(0),
    batch: 1,
  } as const;
  expect(session.admit(1, call.digest, 'route').kind).toBe('new');
  session.complete(2);
  const slot = session.takeSlot();
  session.executed(1, call, slot);
  expect(session.registeredReplies).toBe(0);
  expect(session.takeSlot()).toBe(slot);
});

test('upgrade: replies from before there were slots are found, and freed', async () => {
  const { volume, first, make: made, complete } = await world();
  const replies: (TestReply | undefined)[] = [];
  for (let sequence = 1; sequence <= 2; sequence += 1) replies.push(await made(first, sequence, 1));
  const from = registeredReplies.prefix;
  const records = await first.holder.range({ from, to: `${from}\xff`, limit: 9 });
  const changes = records.flatMap(({ key, value }, index) => {
    const number = Buffer.alloc(8, 0);
    number.writeUInt32BE(index + 1, 4);
    const earlier = Buffer.concat([Buffer.of(2), value.subarray(1, 18), value.subarray(34)]);
    const earlierKey = key.slice(0, -2) + number.toString('latin1');
    return [
      { key, value: undefined },
      { key: earlierKey, value: earlier },
    ];
  });
  expect(changes.every(({ key }) => key.startsWith(paPrefix))).toBe(true);
  first.holder.commit(changes);
  await volume.time.advance(10);

  const second = await volume.claim();
  for (const [index, reply] of replies.entries()) {
    expect((await made(second, index + 1, 1))?.results).toEqual(reply?.results);
  }
  await made(second, 3, 2);
  expect((await stored(second)).map(({ key }) => key.slice(-2))).toEqual(['\x00\x00', '\x00\x01']);
  await complete(second, 4n);
  expect(await sequences(second)).toEqual([]);
});
