import { expect, test } from 'vitest';
import { PaCallState, PaProgramV1 } from '../../protocol/generated/pa.ts';
import { decodeAll } from '../../xdr/decode.ts';
import { sequenceWindow } from './session.ts';
import { NamesV1 } from './testing/names-service.ts';
import { nameStatus, testClient, TestVolume, type TestServer } from './testing/test-volume.ts';

const { make, take, look, fail } = NamesV1.procedures;
const pa = PaProgramV1.procedures;
const client = testClient;

async function hello(volume: TestVolume, to: TestServer, previous = 0n): Promise<number> {
  const reply = await volume.ask(to, volume.connection(), {
    program: PaProgramV1.program,
    procedure: pa.paHello,
    args: { client, previousIncarnation: previous },
    header: {},
  });
  const decoded = decodeAll(pa.paHello.result, reply?.results ?? Buffer.alloc(0));
  if (!decoded.ok) throw new Error('no hello');
  return Number(decoded.value.incarnation);
}

async function callState(volume: TestVolume, to: TestServer, sequence: bigint) {
  const reply = await volume.ask(to, volume.connection(), {
    program: PaProgramV1.program,
    procedure: pa.paAya,
    args: { client, incarnation: 1n, sequence },
    header: {},
  });
  const decoded = decodeAll(pa.paAya.result, reply?.results ?? Buffer.alloc(0));
  return decoded.ok ? decoded.value.state : undefined;
}

test('a duplicate gets the registered reply, byte for byte, and is not executed', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const connection = volume.connection();
  await hello(volume, a);
  await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } });
  const first = await volume.ask(a, connection, {
    procedure: take,
    args: 'x',
    header: { sequence: 2 },
  });
  const second = await volume.ask(a, connection, {
    procedure: take,
    args: 'x',
    header: { sequence: 2 },
  });
  expect(nameStatus(first)).toBe('ok');
  expect(second?.bytes).toEqual(first?.bytes);
  expect(a.server.counters.duplicatesDone).toBe(1);
});

test('takeover: primary dies after commit, before reply; the resent call gets the registered reply', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const old = volume.connection();
  await volume.ask(a, old, { procedure: make, args: 'x', header: { sequence: 1 } });
  const xid = volume.send(a, old, { procedure: take, args: 'x', header: { sequence: 2 } });
  await volume.time.settle();
  a.area.kill();

  const b = await volume.claim();
  const connection = volume.connection();
  const reply = await volume.ask(b, connection, {
    procedure: take,
    args: 'x',
    header: { sequence: 2 },
  });
  expect(nameStatus(reply)).toBe('ok');
  // Somebody else made the name again in the meantime: another duplicate must not take it away.
  await volume.ask(b, connection, { procedure: make, args: 'x', header: { sequence: 3 } });
  const again = await volume.ask(b, connection, {
    procedure: take,
    args: 'x',
    header: { sequence: 2 },
  });
  const seen = await volume.ask(b, connection, {
    procedure: look,
    args: 'x',
    header: { sequence: 4 },
  });
  expect(again?.results).toEqual(reply?.results);
  expect(nameStatus(seen)).toBe('ok');
  expect(xid).toBeGreaterThan(0);
});

test('takeover: primary dies before commit; the resent call is executed, once', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  volume.disk.holdSyncs();
  const old = volume.connection();
  const xid = volume.send(a, old, { procedure: make, args: 'x', header: { sequence: 1 } });
  await volume.time.advance(10);
  expect(old.replies.has(xid)).toBe(false);
  a.area.kill();
  volume.disk.releaseSyncs();

  const b = await volume.claim();
  const reply = await volume.ask(b, volume.connection(), {
    procedure: make,
    args: 'x',
    header: { sequence: 1 },
  });
  expect(nameStatus(reply)).toBe('ok');
});

test('a fenced holder answers nothing: neither a change, nor a read, nor a registered reply', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } });
  await volume.claim();
  const answers = [
    await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } }),
    await volume.ask(a, connection, { procedure: look, args: 'x', header: { sequence: 2 } }),
    await volume.ask(a, connection, { procedure: take, args: 'x', header: { sequence: 3 } }),
  ];
  expect(answers).toEqual([undefined, undefined, undefined]);
});

test('a read waits until what it saw is durable', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, { procedure: look, args: 'x', header: { sequence: 1 } });
  volume.disk.holdSyncs();
  volume.send(a, connection, { procedure: make, args: 'x', header: { sequence: 2 } });
  const xid = volume.send(a, connection, { procedure: look, args: 'x', header: { sequence: 3 } });
  await volume.time.advance(50);
  expect(connection.replies.has(xid)).toBe(false);
  volume.disk.releaseSyncs();
  await volume.time.advance(50);
  expect(nameStatus(connection.replies.get(xid))).toBe('ok');
});

test('in progress: the reply goes to the connection that asked last', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  volume.disk.holdSyncs();
  const old = volume.connection();
  const oldXid = volume.send(a, old, { procedure: make, args: 'x', header: { sequence: 1 } });
  await volume.time.advance(5);
  expect(a.server.sessions.find(client, 1)?.state(1)).toBe('in-progress');
  const renewed = volume.connection();
  const xid = volume.send(a, renewed, { procedure: make, args: 'x', header: { sequence: 1 } });
  volume.disk.releaseSyncs();
  await volume.time.advance(50);
  expect(old.replies.has(oldXid)).toBe(false);
  expect(old.dropped).toEqual([oldXid]);
  expect(nameStatus(renewed.replies.get(xid))).toBe('ok');
});

test('COLLISION: the same id with other arguments is refused, and the first reply stays', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } });
  const other = await volume.ask(a, connection, {
    procedure: make,
    args: 'y',
    header: { sequence: 1 },
  });
  expect(other?.header?.kind).toBe('collision');
  expect(other?.acceptStat).toBe('SYSTEM_ERR');
});

test('EXPIRED: an incarnation without a record is refused and never executed', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  const header = { incarnation: 99, sequence: 1 };
  const reply = await volume.ask(a, connection, { procedure: make, args: 'x', header });
  expect(reply?.header?.kind).toBe('expired');
  const seen = await volume.ask(a, connection, {
    procedure: look,
    args: 'x',
    header: { sequence: 1 },
  });
  expect(nameStatus(seen)).toBe('missing');
});

test('AU: a call for another alias is told to ask PAM', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const header = { aliasUi: Buffer.alloc(16, 9) };
  const reply = await volume.ask(a, volume.connection(), { procedure: look, args: 'x', header });
  expect(reply?.header?.kind).toBe('address-unknown');
});

test('incarnations ascend for ever, across takeovers', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  expect(await hello(volume, a)).toBe(1);
  expect(await hello(volume, a)).toBe(2);
  const b = await volume.claim();
  expect(await hello(volume, b)).toBe(3);
});

test('a later life ends the earlier one: its calls are refused', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } });
  await hello(volume, a, 1n);
  const late = await volume.ask(a, connection, {
    procedure: take,
    args: 'x',
    header: { sequence: 2 },
  });
  expect(late?.header?.kind).toBe('expired');
});

test('completion notices free registered replies, and what was freed is never executed again', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  for (let sequence = 1; sequence <= 40; sequence += 1) {
    const header = { sequence, lowestUnfinished: sequence };
    await volume.ask(a, connection, { procedure: make, args: `n${sequence}`, header });
  }
  const session = a.server.sessions.find(client, 1);
  expect(session?.registeredReplies).toBeLessThan(20);

  const b = await volume.claim();
  const header = { sequence: 3, lowestUnfinished: 1 };
  const late = await volume.ask(b, connection, { procedure: take, args: 'n3', header });
  expect(late).toBeUndefined();
  expect(b.server.counters.duplicatesCompleted).toBe(1);
});

test('an explicit completion notice of an idle client frees everything', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  for (let sequence = 1; sequence <= 5; sequence += 1) {
    await volume.ask(a, connection, {
      procedure: make,
      args: `n${sequence}`,
      header: { sequence },
    });
  }
  await volume.ask(a, connection, {
    program: PaProgramV1.program,
    procedure: pa.paComplete,
    args: { client, incarnation: 1n, lowestUnfinished: 6n },
    header: {},
  });
  expect(a.server.sessions.find(client, 1)?.registeredReplies).toBe(0);
  expect(await callState(volume, a, 5n)).toBe(PaCallState.PA_CALL_DONE);
  expect(await callState(volume, a, 6n)).toBe(PaCallState.PA_CALL_UNKNOWN);
});

test('goodbye leaves no record behind', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } });
  await volume.ask(a, connection, {
    program: PaProgramV1.program,
    procedure: pa.paGoodbye,
    args: { client, incarnation: 1n },
    header: {},
  });
  const clients = await a.holder.range({ from: '\x01c', to: '\x01d', limit: 10 });
  const replies = await a.holder.range({ from: '\x01r', to: '\x01s', limit: 10 });
  expect([...clients, ...replies]).toEqual([]);
});

test('a lease that ends frees the client; any message renews it; a new holder starts it anew', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.time.advance(50_000);
  await volume.ask(a, connection, { procedure: look, args: 'x', header: {} });
  await volume.time.advance(50_000);
  expect((await a.server.sessions.expire()).sessions).toBe(0);
  const b = await volume.claim();
  await volume.time.advance(1);
  const leases = b.server.sessions.startLeases();
  await volume.time.advance(10);
  await leases;
  await volume.time.advance(59_000);
  expect((await b.server.sessions.expire()).sessions).toBe(0);
  await volume.time.advance(2_000);
  const ended = b.server.sessions.expire();
  await volume.time.advance(50);
  expect((await ended).sessions).toBe(1);
  const reply = await volume.ask(b, connection, { procedure: look, args: 'x', header: {} });
  expect(reply?.header?.kind).toBe('expired');
});

test('a handler that throws changes nothing, and its fault is its registered reply', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  const first = await volume.ask(a, connection, {
    procedure: fail,
    args: 'x',
    header: { sequence: 1 },
  });
  expect(first?.acceptStat).toBe('SYSTEM_ERR');
  expect(volume.reports).toHaveLength(1);
  const seen = await volume.ask(a, connection, {
    procedure: look,
    args: 'x',
    header: { sequence: 2 },
  });
  expect(nameStatus(seen)).toBe('missing');
  const b = await volume.claim();
  const again = await volume.ask(b, connection, {
    procedure: fail,
    args: 'x',
    header: { sequence: 1 },
  });
  expect(again?.acceptStat).toBe('SYSTEM_ERR');
  expect(volume.reports).toHaveLength(1);
});

test('calls beyond the window are refused without a trace', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const header = { sequence: 1 + sequenceWindow };
  const reply = await volume.ask(a, volume.connection(), { procedure: make, args: 'x', header });
  expect(reply?.acceptStat).toBe('SYSTEM_ERR');
  expect(a.server.counters.beyondWindow).toBe(1);
});

test('without registration a takeover shows the spurious error', async () => {
  const volume = new TestVolume();
  const a = await volume.claim({ registration: false });
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, { procedure: make, args: 'x', header: { sequence: 1 } });
  const b = await volume.claim({ registration: false });
  const again = await volume.ask(b, connection, {
    procedure: make,
    args: 'x',
    header: { sequence: 1 },
  });
  expect(nameStatus(again)).toBe('exists');
});

test('stock calls are answered after sync and check', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const connection = volume.connection();
  const made = await volume.ask(a, connection, { procedure: make, args: 'x' });
  expect(made?.header).toBeUndefined();
  expect(nameStatus(made)).toBe('ok');
  expect(nameStatus(await volume.ask(a, connection, { procedure: look, args: 'x' }))).toBe('ok');
});
