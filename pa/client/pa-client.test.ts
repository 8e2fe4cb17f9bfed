import { expect, test } from 'vitest';
import { acceptedReply, rejectedReply, successReply } from '../../rpc/reply-message.ts';
import { authSys } from '../../rpc/auth.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import type { XdrCodec } from '../../xdr/codec.ts';
import type { Procedure, ProgramVersion } from '../../xdr/program.ts';
import { decodeCallHeader, encodeReplyHeader, paFlavor, verifyCallHeader } from '../header.ts';
import { ClusterSecret } from '../secret.ts';
import { createPaClient } from './pa-client.ts';
import { makeWorld, testProgram } from './testing/world.ts';

const word: XdrCodec<number> = {
  encode: (writer, value) => writer.unsignedInt(value),
  decode: (reader) => reader.unsignedInt(),
};
const pair: XdrCodec<{ readonly word: number; readonly count: number }> = {
  encode: () => undefined,
  decode: (reader) => ({ word: reader.unsignedInt(), count: reader.unsignedInt() }),
};
const echo: Procedure<number, { word: number; count: number }> = {
  number: 1,
  name: 'TEST_ECHO',
  arguments: word,
  result: pair,
};
const version: ProgramVersion = {
  program: testProgram,
  version: 1,
  programName: 'TEST_PROGRAM',
  versionName: 'TEST_VERSION',
  procedures: { testEcho: echo },
};

async function settled<T>(world: ReturnType<typeof makeWorld>, promise: Promise<T>): Promise<T> {
  const caught = promise.catch((error: unknown) => error as T);
  await world.time.advance(50);
  return caught;
}

test('a generated stub runs over FT-IPC as over a plain client', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  const credential = authSys({ machineName: 'm', uid: 1, gid: 2, gids: [] });
  const result = world.home.call(version, echo, 77, { credential });
  expect(await settled(world, result)).toEqual({ word: 77, count: 1 });
  expect(port.calls[0]?.call).toMatchObject({
    program: testProgram,
    version: 1,
    procedure: 1,
    credential,
  });
});

test('the client’s own credential goes with calls that bring none', async () => {
  const credential = authSys({ machineName: 'm', uid: 1, gid: 2, gids: [] });
  const world = makeWorld({ credential });
  const port = await world.serve(4);
  await settled(world, world.home.call(version, echo, 1));
  expect(port.calls[0]?.call.credential).toEqual(credential);
});

test('what the service answers are RpcErrors with the classic names, and end the call', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  const ok = { flavor: paFlavor, body: encodeReplyHeader({ kind: 'ok', epoch: 4 }) };
  const answers = [
    [acceptedReply({ status: 'PROC_UNAVAIL' }, ok), 'RPC_PROCUNAVAIL'],
    [acceptedReply({ status: 'SYSTEM_ERR' }, ok), 'RPC_SYSTEMERROR'],
    [rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_TOOWEAK' }), 'RPC_AUTHERROR'],
    [successReply([Buffer.alloc(4)], ok), 'RPC_CANTDECODERES'],
  ] as const;
  for (const [message, code] of answers) {
    port.script = ({ what }) => (what === 'call' ? { kind: 'answer', message } : undefined);
    const error = await settled(world, world.home.call(version, echo, 1));
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code, message: expect.stringContaining('home') as string });
  }
  expect(world.home.status()).toMatchObject({ outstanding: 0, queued: 0 });
});

test('arguments that do not fit their type are the caller’s bug, and are told at once', async () => {
  const world = makeWorld();
  await expect(world.home.call(version, echo, -1)).rejects.toMatchObject({
    code: 'RPC_CANTENCODEARGS',
  });
});

test('with a secret each header is signed, and carries the stock client that a gateway relays for', async () => {
  const secret = new ClusterSecret(Buffer.alloc(32, 1));
  const world = makeWorld({ secret, ui: Buffer.alloc(16, 7) });
  const port = await world.serve(4);
  const origin = {
    gatewayUi: Buffer.alloc(16, 9),
    address: '192.0.2.7',
    port: 800,
    transport: 'udp' as const,
    xid: 5,
  };
  const ending = world.call('a', { origin });
  await world.time.settle();
  expect((await ending).ok).toBe(true);
  const decoded = decodeCallHeader(port.calls[0]!.call.verifier.body);
  expect(decoded).toMatchObject({ ok: true, header: { origin, clientUi: Buffer.alloc(16, 7) } });
  expect(decoded.ok && verifyCallHeader(decoded, secret)).toBe(true);
});

test('an alias is one object for one name, and a bad name is told at once', () => {
  const world = makeWorld();
  expect(world.client.alias('home')).toBe(world.home);
  expect(() => world.client.alias('No')).toThrow(expect.objectContaining({ code: 'PA_BAD_NAME' }));
});

test('limits that contradict each other, and a UI of another length, are bugs', () => {
  const { environment, directory } = makeWorld();
  expect(() => createPaClient({ environment, directory, ui: Buffer.alloc(4) })).toThrow(RangeError);
  const limits = { outstandingMax: 513 };
  expect(() => createPaClient({ environment, directory, limits })).toThrow('outstandingMax');
});

test('two clients have different UIs and lives, also where they share a UI', async () => {
  const world = makeWorld();
  await world.serve(4);
  const { environment, directory } = world;
  const other = createPaClient({ environment, directory, ui: world.client.ui });
  expect(createPaClient({ environment, directory }).ui).not.toEqual(world.client.ui);
  await settled(world, world.home.call(version, echo, 1));
  const result = await settled(world, other.alias('home').call(version, echo, 1));
  expect(result).toEqual({ word: 1, count: 2 });
  expect(other.alias('home').status().incarnation).toBe(2);
});
