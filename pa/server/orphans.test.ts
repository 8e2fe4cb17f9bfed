import { expect, test } from 'vitest';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { decodeAll } from '../../xdr/decode.ts';
import type { Procedure } from '../../xdr/program.ts';
import { NamesV1 } from './testing/names-service.ts';
import { nameStatus, testClient, TestVolume, type TestServer } from './testing/test-volume.ts';

// What becomes of the work of clients that are dead: the four strategies of docs/semantics.md.

const { make, take, look } = NamesV1.procedures;
const pa = PaProgramV1.procedures;
const client = testClient;
const leaseMs = 60_000;

async function askPa<A, R>(
  volume: TestVolume,
  to: TestServer,
  procedure: Procedure<A, R>,
  args: A,
) {
  const program = PaProgramV1.program;
  const reply = await volume.ask(to, volume.connection(), { program, procedure, args, header: {} });
  const decoded = decodeAll(procedure.result, reply?.results ?? Buffer.alloc(0));
  if (!decoded.ok) throw new Error(`${procedure.name} was not answered`);
  return decoded.value;
}

async function hello(volume: TestVolume, to: TestServer, previousIncarnation = 0n) {
  const args = { client, previousIncarnation };
  return Number((await askPa(volume, to, pa.paHello, args)).incarnation);
}

/** All records of this kind, whoever they are of. */
const countOf = async ({ holder }: TestServer, kind: 'c' | 'r') =>
  (await holder.range({ from: `\x01${kind}`, to: `\x01${kind}\xff`, limit: 1_000 })).length;

test('extermination: what the previous life began and did not finish is never executed', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const old = volume.connection();
  await volume.ask(a, old, { procedure: make, args: 'done', header: { sequence: 1 } });
  // A takeover, so that the next call waits for records to be loaded when the client is back already.
  const b = await volume.claim();
  const header = { sequence: 2, incarnation: 1 };
  const orphan = volume.send(b, old, { procedure: make, args: 'orphan', header });
  expect(await hello(volume, b, 1n)).toBe(2);
  await volume.time.advance(10);
  expect(old.replies.get(orphan)?.header?.kind).toBe('expired');
  const late = await volume.ask(b, old, { procedure: make, args: 'orphan', header });
  expect(late?.header?.kind).toBe('expired');
  const duplicate = { procedure: make, args: 'done', header: { sequence: 1, incarnation: 1 } };
  expect((await volume.ask(b, old, duplicate))?.header?.kind).toBe('expired');
  const seen = { procedure: look, args: 'orphan', header: { sequence: 1, incarnation: 2 } };
  expect(nameStatus(await volume.ask(b, volume.connection(), seen))).toBe('missing');
  expect(await countOf(b, 'r')).toBe(0);
  expect(await countOf(b, 'c')).toBe(1);
});

/** Registered replies of the old life, more than one batch frees. */
const oldReplies = 70;

/** A server that dies some ms after a client asked for its next life; then the old life's first call comes again. */
async function dieWhileExterminating(afterMs: number) {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const old = volume.connection();
  const call = (procedure: typeof make, sequence: number, args: string) =>
    volume.send(a, old, { procedure, args, header: { sequence } });
  for (let sequence = 1; sequence < oldReplies; sequence += 1) call(make, sequence, `n${sequence}`);
  call(take, oldReplies, 'n1');
  await volume.time.advance(10);
  volume.disk.syncMs = 2;
  const program = PaProgramV1.program;
  const args = { client, previousIncarnation: 1n };
  volume.send(a, volume.connection(), { program, procedure: pa.paHello, args, header: {} });
  await volume.time.advance(afterMs);
  a.area.kill();
  volume.disk.syncMs = 0;

  const b = await volume.claim();
  const left = await countOf(b, 'r');
  const header = { sequence: 1, incarnation: 1 };
  await volume.ask(b, old, { procedure: make, args: 'n1', header });
  const executedTwice = b.server.counters.executed > 0;
  const leases = b.server.sessions.startLeases();
  await volume.time.advance(10);
  await leases;
  return { left, executedTwice, leftAtLast: await countOf(b, 'r') };
}

test('extermination whose server dies at any moment of it: nothing of the old life is executed twice', async () => {
  const lefts: number[] = [];
  for (let afterMs = 0; afterMs <= 8; afterMs += 1) {
    const { left, leftAtLast, executedTwice } = await dieWhileExterminating(afterMs);
    lefts.push(left);
    expect(executedTwice).toBe(false);
    // What was begun is ended by the next holder.
    expect(leftAtLast).toBe(0);
  }
  expect(lefts.at(-1)).toBe(0);
  expect(lefts.filter((left) => left > 0 && left < oldReplies)).not.toEqual([]);
});

test('gentle reincarnation: a life that does not name the other one leaves it alone', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  await hello(volume, a);
  const call = { procedure: make, args: 'x', header: { sequence: 1, incarnation: 1 } };
  expect(nameStatus(await volume.ask(a, volume.connection(), call))).toBe('ok');
});

test('reincarnation: a call of the old life is not taken for one of the new, whose numbers begin again', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  await volume.ask(a, volume.connection(), { procedure: make, args: 'x', header: { sequence: 1 } });
  await hello(volume, a, 1n);
  const fresh = { procedure: take, args: 'x', header: { sequence: 1, incarnation: 2 } };
  expect(nameStatus(await volume.ask(a, volume.connection(), fresh))).toBe('ok');
  const late = { procedure: make, args: 'x', header: { sequence: 1, incarnation: 1 } };
  expect((await volume.ask(a, volume.connection(), late))?.header?.kind).toBe('expired');
  expect(a.server.counters.collisions).toBe(0);
});

test('expiration: who asks for more time has it, until then and not longer; a takeover starts the lease anew', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const extended = { client, incarnation: 1n, extraMs: 2 * leaseMs };
  expect(await askPa(volume, a, pa.paExtendLease, extended)).toEqual({
    known: true,
    leaseMs: 3 * leaseMs,
  });
  await volume.time.advance(2.9 * leaseMs);
  expect((await a.server.sessions.expire()).sessions).toBe(0);

  const b = await volume.claim();
  const leases = b.server.sessions.startLeases();
  await volume.time.advance(1);
  await leases;
  await volume.time.advance(0.9 * leaseMs);
  expect((await b.server.sessions.expire()).sessions).toBe(0);
  await volume.time.advance(0.2 * leaseMs);
  const ending = b.server.sessions.expire();
  await volume.time.advance(5);
  expect((await ending).sessions).toBe(1);
  expect(await askPa(volume, b, pa.paExtendLease, extended)).toMatchObject({ known: false });
});
