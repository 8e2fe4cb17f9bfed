import { expect, test } from 'vitest';
import { voidCodec } from '../../xdr/primitives.ts';
import type { DispatchTable } from '../../xdr/program.ts';
import { authSys, parseCredential } from '../auth.ts';
import type { CallRequest } from '../call-message.ts';
import { hashTable, hashTableDispatch, hashTableInMemory } from '../testing/hash-table-program.ts';
import { callRecord, repliesIn } from '../testing/records.ts';
import { serverOnMemory } from '../testing/rpc-pair.ts';
import { AuthRefusal, createDispatcher } from './dispatcher.ts';

const { program, version } = hashTable;
const text = (value: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, Buffer.from(value), Buffer.alloc(-value.length & 3)]);
};
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** The replies of a server with these tables, and what it reported. */
async function answersTo(
  tables: readonly DispatchTable<unknown>[],
  requests: readonly Partial<CallRequest>[],
) {
  const errors: unknown[] = [];
  const dispatcher = createDispatcher(tables, {
    context(call) {
      const credential = parseCredential(call.credential);
      return credential.flavor === undefined ? new AuthRefusal(credential.authStat) : credential;
    },
    onError: (error) => errors.push(error),
  });
  const { openRaw, time } = await serverOnMemory(dispatcher);
  const peer = await openRaw();
  peer.stream.write(
    requests.map((request, at) => callRecord(at, { program, version, ...request })),
  );
  await time.settle();
  const replies = repliesIn(peer.records).sort((one, other) => one.xid - other.xid);
  return { replies, errors };
}

const newTable = () => hashTableDispatch(hashTableInMemory());
const success = (results: Buffer) => ({ accepted: true, outcome: { status: 'SUCCESS', results } });
const accepted = (status: string) => ({ accepted: true, outcome: { status } });

test('dispatcher: SUCCESS with the result', async () => {
  const { replies } = await answersTo(
    [newTable()],
    [
      { procedure: 11, argumentBuffers: [text('key'), int(42)] },
      { procedure: 12, argumentBuffers: [text('key')] },
      { procedure: 13 },
    ],
  );
  expect(replies).toMatchObject([
    success(int(0)),
    success(int(42)),
    success(Buffer.concat([int(1), text('key')])),
  ]);
});

test('dispatcher: PROG_UNAVAIL, PROG_MISMATCH with the versions, PROC_UNAVAIL', async () => {
  const third = { ...newTable(), version: { ...hashTable, version: 3 } };
  const { replies } = await answersTo(
    [third, newTable()],
    [{ program: 4711 }, { version: 2 }, { version: 4 }, { procedure: 99 }],
  );
  expect(replies).toMatchObject([
    accepted('PROG_UNAVAIL'),
    { outcome: { status: 'PROG_MISMATCH', low: 1, high: 3 } },
    { outcome: { status: 'PROG_MISMATCH', low: 1, high: 3 } },
    accepted('PROC_UNAVAIL'),
  ]);
});

test('dispatcher: GARBAGE_ARGS for arguments that do not parse wholly', async () => {
  const { replies } = await answersTo(
    [newTable()],
    [
      { procedure: 11, argumentBuffers: [text('key')] },
      { procedure: 12, argumentBuffers: [text('key'), int(0)] },
      { procedure: 12, argumentBuffers: [text('k'.repeat(257))] },
      { procedure: 13, argumentBuffers: [int(0)] },
    ],
  );
  expect(replies).toMatchObject(replies.map(() => accepted('GARBAGE_ARGS')));
});

test('dispatcher: SYSTEM_ERR and a report when a handler throws, rejects or gives what does not fit', async () => {
  const failing = hashTableDispatch({
    put: () => {
      throw new Error('thrown');
    },
    getvalue: () => Promise.reject(new Error('rejected')),
    getkeys: () => ['k'.repeat(257)],
  });
  const { replies, errors } = await answersTo(
    [failing],
    [
      { procedure: 11, argumentBuffers: [text('key'), int(1)] },
      { procedure: 12, argumentBuffers: [text('key')] },
      { procedure: 13 },
    ],
  );
  expect(replies).toMatchObject(replies.map(() => accepted('SYSTEM_ERR')));
  expect(errors.map(String).sort()).toEqual([
    'Error: rejected',
    'Error: thrown',
    expect.stringContaining('XdrLimitError'),
  ]);
});

test('dispatcher: AUTH_ERROR when the context is refused', async () => {
  const who = authSys({ machineName: 'host', uid: 1, gid: 1, gids: [] });
  const { replies } = await answersTo(
    [newTable()],
    [
      { procedure: 13, credential: { flavor: 1, body: Buffer.alloc(3) } },
      { procedure: 13, credential: { flavor: 6, body: Buffer.alloc(0) } },
      { procedure: 13, credential: who },
    ],
  );
  expect(replies).toMatchObject([
    { rejection: { status: 'AUTH_ERROR', authStat: 'AUTH_BADCRED' } },
    { rejection: { status: 'AUTH_ERROR', authStat: 'AUTH_REJECTEDCRED' } },
    success(int(0)),
  ]);
});

test('RFC 5531 §12.1: procedure 0 answers without authentication, mentioned or not', async () => {
  const nullProcedure = { number: 0, name: 'NULL', arguments: voidCodec, result: voidCodec };
  const mentioned: DispatchTable<unknown> = {
    version: { ...hashTable, version: 2 },
    rows: new Map([[0, { procedure: nullProcedure, handle: () => undefined }]]),
  };
  const credential = { flavor: 6, body: Buffer.alloc(0) };
  const { replies } = await answersTo(
    [newTable(), mentioned],
    [
      { procedure: 0, credential },
      { version: 2, procedure: 0, credential },
    ],
  );
  expect(replies).toMatchObject(replies.map(() => success(Buffer.alloc(0))));
});

test('dispatcher: handlers may answer later, in any order', async () => {
  const waiting: (() => void)[] = [];
  const slow = hashTableDispatch({
    ...hashTableInMemory(),
    getvalue: (key) => new Promise<number>((resolve) => waiting.push(() => resolve(key.length))),
  });
  const dispatcher = createDispatcher([slow], { context: () => undefined, onError: () => {} });
  const { openRaw, time } = await serverOnMemory(dispatcher);
  const peer = await openRaw();
  for (const key of ['a', 'bb']) {
    const request = { program, version, procedure: 12, argumentBuffers: [text(key)] };
    peer.stream.write([callRecord(key.length, request)]);
  }
  await time.settle();
  waiting[1]!();
  await time.settle();
  waiting[0]!();
  await time.settle();
  expect(repliesIn(peer.records)).toMatchObject([
    { xid: 2, ...success(int(2)) },
    { xid: 1, ...success(int(1)) },
  ]);
});

test('dispatcher: the same version twice is a mistake', () => {
  const options = { context: () => undefined, onError: () => {} };
  expect(() => createDispatcher([newTable(), newTable()], options)).toThrow('served twice');
});
