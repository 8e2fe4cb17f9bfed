import { pino } from 'pino';
import { expect, test } from 'vitest';
import { makeWorld, testProgram, type World } from '../../pa/client/testing/world.ts';
import { encodeReplyHeader, paFlavor } from '../../pa/header.ts';
import type { FakePort } from '../../pa/client/testing/fake-area.ts';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { authSys } from '../../rpc/auth.ts';
import type { CallRequest } from '../../rpc/call-message.ts';
import { openRpcChannel, type RpcChannel } from '../../rpc/client/rpc-channel.ts';
import { getPort } from '../../rpc/portmapper/get-port.ts';
import {
  type AcceptedOutcome,
  acceptedReply,
  rejectedReply,
  type RpcReply,
} from '../../rpc/reply-message.ts';
import { RawPeer } from '../../rpc/testing/rpc-pair.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { StockDatagrams } from './testing/stock-datagrams.ts';

const at = { host: '127.0.0.1', port: 2049 };
const gatewayUi = Buffer.alloc(16, 7);
const bob = authSys({ machineName: 'desk', uid: 1_000, gid: 100, gids: [] });

function request(text: string, more: Partial<CallRequest> = {}): CallRequest {
  const argumentBuffers = [Buffer.from(text.padEnd(4))];
  return { program: testProgram, version: 1, procedure: 1, argumentBuffers, ...more };
}

/** The text that was sent and the number of its execution, as the fake area answers. */
function answerOf(reply: RpcReply | undefined): string {
  if (reply?.accepted !== true) return `denied: ${reply?.rejection.status ?? 'nothing'}`;
  if (reply.outcome.status !== 'SUCCESS') return reply.outcome.status;
  const { results } = reply.outcome;
  const text = results.toString('latin1', 0, results.length - 4).trimEnd();
  return `${text} ${results.readUInt32BE(results.length - 4)}`;
}

function startGateway(world: World, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const { environment, home: alias } = world;
  const log = pino({ level: 'silent' });
  return Gateway.start({
    environment,
    alias,
    gatewayUi,
    listen: at,
    secure: false,
    log,
    ...options,
  });
}

function openClient({ environment }: World): Promise<RpcChannel> {
  return openRpcChannel(at, environment);
}

/** Executes what comes, and keeps the replies until `release`. */
function hold(port: FakePort): void {
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
}

test('a call is relayed with its credential, in the name of the client and of the gateway', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const gateway = await startGateway(world);
  const client = await openClient(world);
  const reply = await client.send(request('x', { credential: bob }));
  expect(answerOf(reply)).toBe('x 1');
  expect(reply).toMatchObject({ accepted: true, verifier: { flavor: 0 } });
  const [received] = port.calls;
  expect(received?.call).toMatchObject({ program: testProgram, version: 1, procedure: 1 });
  expect(received?.call.credential).toEqual(bob);
  const { port: clientPort, host: address } = client.local;
  expect(received?.header.origin).toEqual({
    gatewayUi,
    address,
    port: clientPort,
    transport: 'tcp',
    xid: reply.xid,
  });
  // The gateway's UI is kept for ever; that of its PA client must not be, or its call numbers would come twice.
  expect(received?.header.clientUi.equals(gatewayUi)).toBe(false);
  expect(gateway.heldCalls).toBe(0);
});

test.each<AcceptedOutcome>([
  { status: 'PROG_UNAVAIL' },
  { status: 'PROG_MISMATCH', low: 2, high: 3 },
  { status: 'GARBAGE_ARGS' },
])('what the server says of a call that it does not take goes back: $status', async (outcome) => {
  const world = makeWorld();
  const port = await world.serve(1);
  const verifier = { flavor: paFlavor, body: encodeReplyHeader({ kind: 'ok', epoch: 1 }) };
  const message = acceptedReply(outcome, verifier);
  port.script = ({ what }) => (what === 'call' ? { kind: 'answer', message } : undefined);
  await startGateway(world);
  const reply = await (await openClient(world)).send(request('x'));
  expect(reply).toMatchObject({ accepted: true, verifier: { flavor: 0 }, outcome });
});

test('a denial of the server goes back as it is; one of our own header is told to the operator', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line) => lines.push(line) });
  await startGateway(world, { log });
  const client = await openClient(world);
  for (const authStat of ['AUTH_BADCRED', 'AUTH_BADVERF', 'AUTH_BADVERF'] as const) {
    const rejection = { status: 'AUTH_ERROR', authStat } as const;
    port.script = ({ what }) =>
      what === 'call' ? { kind: 'answer', message: rejectedReply(rejection) } : undefined;
    expect(await client.send(request('x'))).toMatchObject({ accepted: false, rejection });
  }
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('--secret-file');
});

test('takeover between execution and reply: the connection stays, one answer, one execution', async () => {
  const world = makeWorld();
  const first = await world.serve(1);
  await startGateway(world);
  const client = await openClient(world);
  hold(first);
  const replies = Promise.all(['a', 'b', 'c'].map((text) => client.send(request(text))));
  await world.time.advance(10);
  await first.kill();
  await world.time.advance(300);
  await world.serve(2);
  await world.time.advance(1_000);
  expect((await replies).map(answerOf)).toEqual(['a 1', 'b 2', 'c 3']);
  expect(world.area.executed).toHaveLength(3);
  expect(client.isClosed).toBe(false);
});

test('an alias that nobody knows yet: calls wait, and are answered when it is served', async () => {
  const world = makeWorld({ limits: { unknownAliasPatienceMs: Infinity } });
  await startGateway(world);
  const reply = (await openClient(world)).send(request('x'));
  await world.time.advance(30_000);
  await world.serve(1);
  await world.time.advance(3_000);
  expect(answerOf(await reply)).toBe('x 1');
});

test('outcome unknown to PA: relayed once more under the same identity of the client', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  await startGateway(world);
  hold(port);
  const reply = (await openClient(world)).send(request('x'));
  await world.time.settle();
  // The lease of the gateway ends while the server is silent.
  world.area.sessions.clear();
  port.script = () => undefined;
  port.breakConnections();
  await world.time.advance(1_000);
  expect(answerOf(await reply)).toBe('x 2');
  const ids = port.calls.map(({ header }) => `${header.incarnation} ${header.sequence}`);
  expect(ids).toEqual(['1 1', '1 1', '2 1']);
  expect(new Set(port.calls.map(({ header }) => JSON.stringify(header.origin))).size).toBe(1);
});

test('a call that comes again while it is relayed attaches: relayed once, answered once', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const gateway = await startGateway(world);
  const client = await StockDatagrams.open(world.network, at);
  hold(port);
  for (let time = 0; time < 3; time += 1) {
    client.send(1, request('x', { credential: { ...bob, body: stamped(bob.body, time) } }));
    await world.time.settle();
  }
  // The same number for something else, and the same call in another name, are other calls.
  client.send(1, request('y', { credential: bob }));
  client.send(1, request('x'));
  await world.time.settle();
  expect(gateway.heldCalls).toBe(3);
  port.release();
  await world.time.settle();
  expect(client.replies.map(answerOf)).toEqual(['x 1', 'y 2', 'x 3']);
  expect(port.calls).toHaveLength(3);
  expect(gateway.heldCalls).toBe(0);
});

test('a client that has gone: its calls are executed, and nobody is disturbed', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const gateway = await startGateway(world);
  const gone = await openClient(world);
  const other = await openClient(world);
  hold(port);
  const lost = gone.send(request('a')).catch((error: unknown) => error);
  const reply = other.send(request('b'));
  await world.time.settle();
  gone.close();
  expect(await lost).toMatchObject({ code: 'RPC_CANTRECV' });
  await world.time.settle();
  port.release();
  expect(answerOf(await reply)).toBe('b 2');
  expect(gateway.heldCalls).toBe(0);
});

test('garbage closes its own connection alone', async () => {
  const world = makeWorld();
  await world.serve(1);
  await startGateway(world);
  const client = await openClient(world);
  const raw = new RawPeer(await world.network.connect(at));
  raw.stream.write([Buffer.from('GET / HTTP/1.1\r\n\r\n')]);
  const replied = new RawPeer(await world.network.connect(at));
  // A reply (RFC 5531 §9 msg_type 1) where calls are due.
  replied.stream.write([Buffer.from('800000100000000100000001' + '0'.repeat(16), 'hex')]);
  await world.time.settle();
  expect([raw.isClosed, replied.isClosed]).toEqual([true, true]);
  expect(answerOf(await client.send(request('x')))).toBe('x 1');
});

test('too much waits: nothing is read, new connections included; then all goes on', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const limits = { heldCallsMax: 4 };
  const gateway = await startGateway(world, { limits });
  const [first, second] = [await openClient(world), await openClient(world)];
  const datagrams = await StockDatagrams.open(world.network, at);
  hold(port);
  const texts = Array.from({ length: 10 }, (_, number) => `f${number}`);
  const replies = texts.map((text) => first.send(request(text)));
  await world.time.settle();
  expect(gateway.heldCalls).toBe(4);
  replies.push(second.send(request('s')), (await openClient(world)).send(request('t')));
  datagrams.send(1, request('u'));
  await world.time.settle();
  expect(port.calls).toHaveLength(4);
  port.script = () => undefined;
  port.release();
  expect((await Promise.all(replies)).map((reply) => answerOf(reply).split(' ')[0])).toEqual([
    ...texts,
    's',
    't',
  ]);
  // The datagram was dropped, and comes again.
  expect(datagrams.replies).toEqual([]);
  datagrams.send(1, request('u'));
  await world.time.settle();
  expect(answerOf(datagrams.replies[0])).toBe('u 13');
});

test('large calls are counted by their bytes', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const gateway = await startGateway(world, { limits: { heldBytesMax: 300_000 } });
  const client = await openClient(world);
  hold(port);
  const texts = ['a', 'b', 'c', 'd', 'e'];
  const replies = texts.map((text) => client.send(request(text.padEnd(100_000))));
  await world.time.settle();
  expect(gateway.heldCalls).toBe(3);
  port.script = () => undefined;
  port.release();
  expect((await Promise.all(replies)).map(answerOf)).toEqual(
    texts.map((text, at) => `${text} ${at + 1}`),
  );
});

test('secure: only privileged ports, but anybody may ask whether there is a server', async () => {
  const world = makeWorld();
  await world.serve(1);
  await startGateway(world, { secure: true });
  const client = await openClient(world);
  const rejection = { status: 'AUTH_ERROR', authStat: 'AUTH_TOOWEAK' };
  expect(await client.send(request('x'))).toMatchObject({ accepted: false, rejection });
  expect(answerOf(await client.send(request('x', { procedure: 0 })))).toBe('x 1');
  expect(client.isClosed).toBe(false);
});

test("PA clients are sent to PAM, and PA's own program is not relayed", async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  await startGateway(world);
  const client = await openClient(world);
  const verifier = { flavor: paFlavor, body: Buffer.from('anything') };
  const body = encodeReplyHeader({ kind: 'address-unknown' });
  expect(await client.send(request('x', { verifier }))).toMatchObject({
    verifier: { flavor: paFlavor, body },
    outcome: { status: 'SYSTEM_ERR' },
  });
  const { program } = PaProgramV1;
  expect(answerOf(await client.send(request('x', { program })))).toBe('PROG_UNAVAIL');
  expect(port.received).toEqual([]);
});

test('an orderly end gives the replies back that are still to come, and then closes', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  const gateway = await startGateway(world);
  const client = await openClient(world);
  hold(port);
  const reply = client.send(request('x'));
  await world.time.settle();
  const ended = gateway.close();
  const late = client.send(request('y')).catch((error: unknown) => error);
  await world.time.advance(100);
  port.release();
  expect(answerOf(await reply)).toBe('x 1');
  expect(await late).toMatchObject({ code: 'RPC_CANTRECV' });
  await ended;
  expect(port.calls).toHaveLength(1);
});

test('an orderly end does not wait for ever', async () => {
  const world = makeWorld();
  const gateway = await startGateway(world);
  const lost = (await openClient(world)).send(request('x')).catch((error: unknown) => error);
  await world.time.advance(10);
  const ended = gateway.close();
  await world.time.advance(10_000);
  await ended;
  expect(await lost).toMatchObject({ code: 'RPC_CANTRECV' });
});

test('a second port for MOUNT, and a portmapper that tells of both', async () => {
  const world = makeWorld();
  const port = await world.serve(1);
  await startGateway(world, { mountPort: 20_048, portmapperPort: 111 });
  const { environment } = world;
  const ask = (program: number, version: number) =>
    getPort('127.0.0.1', program, version, 'tcp', environment);
  expect([await ask(100_003, 3), await ask(100_003, 2)]).toEqual([2049, 2049]);
  expect([await ask(100_005, 1), await ask(100_005, 3)]).toEqual([20_048, 20_048]);
  const mount = await openRpcChannel({ ...at, port: 20_048 }, environment);
  expect(answerOf(await mount.send(request('m')))).toBe('m 1');
  expect(port.calls).toHaveLength(1);
});

function stamped(body: Buffer, stamp: number): Buffer {
  const changed = Buffer.from(body);
  changed.writeUInt32BE(stamp);
  return changed;
}
