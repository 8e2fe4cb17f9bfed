import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import {
  AcceptStat,
  AuthStat,
  MsgType,
  RejectStat,
  ReplyStat,
  type RpcMsg,
  RpcMsgCodec,
} from '../protocol/generated/rpc.ts';
import { encodeToBuffer } from '../xdr/decode.ts';
import { type CallRequest, decodeCall, encodeCall } from './call-message.ts';
import { authBytesMax, authNone, authStats, type OpaqueAuth } from './opaque-auth.ts';
import {
  type AcceptedOutcome,
  acceptedReply,
  acceptStats,
  decodeReply,
  type Rejection,
  rejectedReply,
  successReply,
} from './reply-message.ts';

const xid = 0x01020304;
const arguments_ = Buffer.from('argument');
const verifier: OpaqueAuth = { flavor: 0x4655, body: Buffer.from('five5') };

/** A whole record: the xid, and what the encoders give after it. */
function recordOf(message: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(xid);
  return Buffer.concat([head, ...message]);
}

/** The same message by the codec that rpcgen made of protocol/rpc.x. */
function generated(body: RpcMsg['body']): Buffer {
  return encodeToBuffer(RpcMsgCodec, { xid, body });
}

const request: CallRequest = {
  program: 100_003,
  version: 2,
  procedure: 4,
  credential: { flavor: 1, body: Buffer.from('odd') },
  verifier,
  argumentBuffers: [arguments_],
};

test('RFC 5531 §9: the bytes of a call', () => {
  const plain = recordOf(
    encodeCall({ program: 100_003, version: 2, procedure: 0, argumentBuffers: [] }),
  );
  expect(plain.toString('hex')).toBe(
    // xid, CALL, version 2, NFS_PROGRAM, 2, NFSPROC_NULL, AUTH_NONE twice
    '01020304' + '00000000' + '00000002' + '000186a3' + '00000002' + '00000000' + '0'.repeat(32),
  );
  const head = generated({
    mtype: MsgType.CALL,
    cbody: {
      rpcvers: 2,
      prog: request.program,
      vers: request.version,
      proc: request.procedure,
      cred: request.credential!,
      verf: verifier,
    },
  });
  expect(recordOf(encodeCall(request))).toEqual(Buffer.concat([head, arguments_]));
});

test('call: decoded as it was encoded, by views of the record', () => {
  const record = recordOf(encodeCall(request));
  const call = decodeCall(record);
  expect(call).toEqual({
    xid,
    rpcVersion: 2,
    program: request.program,
    version: request.version,
    procedure: request.procedure,
    credential: request.credential,
    verifier,
    argumentBytes: arguments_,
  });
  if (call === undefined || 'refusal' in call) throw new Error('no call');
  expect(call.argumentBytes.buffer).toBe(record.buffer);
});

test('call: every truncation is no call, and never throws', () => {
  const record = recordOf(encodeCall({ ...request, argumentBuffers: [] }));
  for (let length = 0; length < record.length; length += 1) {
    expect(decodeCall(record.subarray(0, length))).toBeUndefined();
  }
});

test('call: another RPC version is refused whatever follows, with the versions that there are', () => {
  const record = recordOf([Buffer.from('0000000000000003ffff', 'hex')]);
  const refused = decodeCall(record);
  if (refused === undefined || !('refusal' in refused)) throw new Error('not refused');
  expect(decodeReply(recordOf(refused.refusal))).toEqual({
    xid,
    accepted: false,
    rejection: { status: 'RPC_MISMATCH', low: 2, high: 2 },
  });
});

test.each([
  ['credential', 28, 'AUTH_BADCRED'],
  ['verifier', 36, 'AUTH_BADVERF'],
] as const)('call: a %s over 400 bytes is refused', (_name, lengthAt, authStat) => {
  const record = recordOf(
    encodeCall({ program: 1, version: 1, procedure: 1, argumentBuffers: [Buffer.alloc(500)] }),
  );
  record.writeUInt32BE(authBytesMax + 1, lengthAt);
  const refused = decodeCall(record);
  if (refused === undefined || !('refusal' in refused)) throw new Error('not refused');
  expect(decodeReply(recordOf(refused.refusal))).toMatchObject({
    rejection: { status: 'AUTH_ERROR', authStat },
  });
  expect(() =>
    encodeCall({ ...request, verifier: { flavor: 1, body: Buffer.alloc(authBytesMax + 1) } }),
  ).toThrow(RangeError);
});

const outcomes: readonly AcceptedOutcome[] = acceptStats.map((status) => {
  if (status === 'SUCCESS') return { status, results: Buffer.from('result') };
  if (status === 'PROG_MISMATCH') return { status, low: 2, high: 3 };
  return { status };
});

test.each(outcomes)('RFC 5531 §9: accepted reply $status', (outcome) => {
  for (const auth of [authNone, verifier]) {
    const record = recordOf(acceptedReply(outcome, auth));
    const head = generated({
      mtype: MsgType.REPLY,
      rbody: {
        stat: ReplyStat.MSG_ACCEPTED,
        areply: {
          verf: auth,
          replyData:
            outcome.status === 'PROG_MISMATCH'
              ? { stat: AcceptStat.PROG_MISMATCH, mismatchInfo: { low: 2, high: 3 } }
              : { stat: AcceptStat[outcome.status] },
        },
      },
    });
    const results = outcome.status === 'SUCCESS' ? outcome.results : Buffer.alloc(0);
    expect(record).toEqual(Buffer.concat([head, results]));
    expect(decodeReply(record)).toEqual({ xid, accepted: true, verifier: auth, outcome });
    for (let length = 0; length < head.length; length += 1) {
      expect(decodeReply(record.subarray(0, length))).toBeUndefined();
    }
  }
});

const rejections: readonly Rejection[] = [
  { status: 'RPC_MISMATCH', low: 2, high: 2 },
  ...authStats.map((authStat) => ({ status: 'AUTH_ERROR', authStat }) as const),
];

test.each(rejections)('RFC 5531 §9: denied reply %o', (rejection) => {
  const record = recordOf(rejectedReply(rejection));
  const bytes = generated({
    mtype: MsgType.REPLY,
    rbody: {
      stat: ReplyStat.MSG_DENIED,
      rreply:
        rejection.status === 'RPC_MISMATCH'
          ? { stat: RejectStat.RPC_MISMATCH, mismatchInfo: { low: 2, high: 2 } }
          : { stat: RejectStat.AUTH_ERROR, authStat: AuthStat[rejection.authStat] },
    },
  });
  expect(record).toEqual(bytes);
  expect(decodeReply(record)).toEqual({ xid, accepted: false, rejection });
  for (let length = 0; length < record.length; length += 1) {
    expect(decodeReply(record.subarray(0, length))).toBeUndefined();
  }
});

propertyTest.prop([fc.nat(3_000), fc.array(fc.nat(3_000), { maxLength: 4 })])(
  'reply: in whatever pieces it comes, it is the same, and is passed on as it came',
  (bytes, cuts) => {
    const results = Buffer.alloc(bytes, 'result');
    const record = recordOf(successReply([results]));
    const ends = [...cuts.toSorted((a, b) => a - b), record.length];
    const pieces = ends.map((end, at) => record.subarray(ends[at - 1] ?? 0, end));
    const reply = decodeReply(pieces);
    if (reply?.accepted !== true || reply.outcome.status !== 'SUCCESS') {
      throw new Error('it was a success');
    }
    expect(reply.xid).toBe(xid);
    expect(reply.outcome.results.equals(results)).toBe(true);
    expect(Buffer.concat(acceptedReply(reply.outcome)).equals(record.subarray(4))).toBe(true);
  },
);

test('reply: the numbers of the states are their places in the lists', () => {
  expect(acceptStats.map((name) => AcceptStat[name])).toEqual(acceptStats.map((_, at) => at));
  expect(authStats.map((name) => AuthStat[name])).toEqual(authStats.map((_, at) => at));
});

test('reply: an unknown reason is AUTH_FAILED; other unknown numbers are no reply', () => {
  const record = recordOf(rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_TOOWEAK' }));
  record.writeUInt32BE(99, 16);
  expect(decodeReply(record)).toMatchObject({ rejection: { authStat: 'AUTH_FAILED' } });
  for (const at of [4, 8, 12]) {
    const wrong = Buffer.from(record);
    wrong.writeUInt32BE(99, at);
    expect(decodeReply(wrong)).toBeUndefined();
  }
  const accepted = recordOf(successReply([]));
  accepted.writeUInt32BE(6, 20);
  expect(decodeReply(accepted)).toBeUndefined();
  accepted.writeUInt32BE(authBytesMax + 1, 16);
  expect(decodeReply(accepted)).toBeUndefined();
});

// Random bytes hardly ever get past the first words: most cases start from a good message.
const messages = [recordOf(encodeCall(request)), recordOf(successReply([arguments_], verifier))];
const mangled = fc
  .tuple(fc.constantFrom(...messages), fc.array(fc.tuple(fc.nat(80), fc.nat(255))), fc.nat(80))
  .map(([message, changes, length]) => {
    const bytes = Buffer.from(message.subarray(0, length));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
const random = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));

propertyTest.prop([fc.oneof(random, mangled)], { numRuns: 2_000 })(
  'message: decoding random bytes never throws',
  (bytes) => {
    decodeCall(bytes);
    decodeReply(bytes);
  },
);
