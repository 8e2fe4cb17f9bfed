import { expect, test } from 'vitest';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { NamesV1 } from './testing/names-service.ts';
import { nameStatus, testClient as client, TestVolume } from './testing/test-volume.ts';

const { make, take, look } = NamesV1.procedures;
const { paComplete, paHello } = PaProgramV1.procedures;
const { program } = PaProgramV1;

const hello = (previousIncarnation: bigint) => ({
  program,
  procedure: paHello,
  args: { client, previousIncarnation },
  header: {},
});

test('what a newer program wrote is told to nobody: the call waits for that program', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await volume.ask(a, volume.connection(), hello(0n));
  a.holder.commit([{ key: '\x02nx', value: Buffer.of(2) }]);
  await volume.time.advance(10);
  const connection = volume.connection();
  const calls = [
    { procedure: take, args: 'x', header: { sequence: 1 } },
    { procedure: look, args: 'x', header: { sequence: 2 } },
    { procedure: take, args: 'x' },
  ];
  for (const call of calls) expect(await volume.ask(a, connection, call)).toBeUndefined();
  expect([connection.dropped.length, connection.inFlight, a.server.counters.faults]).toEqual([
    3,
    [],
    0,
  ]);
  expect(volume.reports).toHaveLength(3);
  // That program has taken over, and has written the record as this one knows it.
  a.holder.commit([{ key: '\x02nx', value: Buffer.of(1) }]);
  await volume.time.advance(10);
  const b = await volume.claim();
  const [first] = calls;
  expect(first && nameStatus(await volume.ask(b, connection, first))).toBe('ok');
});

test('numbers that no client can have are refused, and change nothing of its life', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await volume.ask(a, volume.connection(), hello(0n));
  const connection = volume.connection();
  const lowestUnfinished = 2n ** 53n - 1n;
  const complete = {
    program,
    procedure: paComplete,
    args: { client, incarnation: 1n, lowestUnfinished },
    header: {},
  };
  const replies = [
    await volume.ask(a, connection, complete),
    await volume.ask(a, connection, hello(2n ** 64n - 1n)),
  ];
  expect(replies.map((reply) => reply?.acceptStat)).toEqual(['GARBAGE_ARGS', 'GARBAGE_ARGS']);
  const made = { procedure: make, args: 'x', header: { sequence: 1 } };
  expect(nameStatus(await volume.ask(a, connection, made))).toBe('ok');
  expect(volume.reports).toEqual([]);
});
