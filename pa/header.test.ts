import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import {
  type CallHeader,
  decodeCallHeader,
  decodeReplyHeader,
  encodeCallHeader,
  encodeReplyHeader,
  headerBytesMax,
  type ReplyHeader,
  verifyCallHeader,
} from './header.ts';
import { ClusterSecret } from './secret.ts';

const secret = new ClusterSecret(Buffer.alloc(32, 1));
const header: CallHeader = {
  aliasUi: Buffer.alloc(16, 0xaa),
  clientUi: Buffer.alloc(16, 0xcc),
  incarnation: 3,
  sequence: 9,
  lowestUnfinished: 7,
  hintEpoch: 5,
  origin: undefined,
};
const longest: CallHeader = {
  ...header,
  incarnation: Number.MAX_SAFE_INTEGER,
  origin: {
    gatewayUi: Buffer.alloc(16, 0xee),
    address: 'f'.repeat(64),
    port: 65535,
    transport: 'udp',
    xid: 0xffff_ffff,
  },
};

function decoded(body: Buffer) {
  const result = decodeCallHeader(body);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result;
}

const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const ui = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
const anyHeader: fc.Arbitrary<CallHeader> = fc
  .record({
    aliasUi: ui,
    clientUi: ui,
    incarnation: number,
    sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    below: fc.nat({ max: 512 }),
    hintEpoch: number,
    origin: fc.option(
      fc.record({
        gatewayUi: ui,
        address: fc.oneof(fc.ipV4(), fc.ipV6()),
        port: fc.nat({ max: 65535 }),
        transport: fc.constantFrom('tcp' as const, 'udp' as const),
        xid: fc.nat({ max: 0xffff_ffff }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ below, ...rest }) => ({ ...rest, lowestUnfinished: Math.max(0, rest.sequence - below) }));

property.prop([anyHeader])('a call header comes back as it was sent', (value) => {
  expect(decoded(encodeCallHeader(value)).header).toEqual(value);
  expect(verifyCallHeader(decoded(encodeCallHeader(value, secret)), secret)).toBe(true);
});

property.prop([fc.uint8Array({ maxLength: 400 })])('random bytes never throw', (bytes) => {
  decodeCallHeader(Buffer.from(bytes));
  decodeReplyHeader(Buffer.from(bytes));
  decodeCallHeader(Buffer.concat([Buffer.from([0, 0, 0, 1]), bytes]));
});

test('RFC 5531 §8.2: the longest header fits into a verifier', () => {
  expect(encodeCallHeader(longest, secret).length).toBeLessThanOrEqual(headerBytesMax);
});

test('a truncated header is refused at every length', () => {
  const whole = encodeCallHeader(longest, secret);
  for (let length = 0; length < whole.length; length += 1) {
    expect(decodeCallHeader(whole.subarray(0, length)).ok).toBe(false);
  }
});

test('a header that anybody changed, or that another secret signed, is not believed', () => {
  const signed = encodeCallHeader(longest, secret);
  for (const offset of [5, 20, 43, 51, 59, 67, 76]) {
    const changed = Buffer.from(signed);
    changed.writeUInt8(changed.readUInt8(offset) ^ 1, offset);
    const result = decodeCallHeader(changed);
    if (result.ok) expect(verifyCallHeader(result, secret)).toBe(false);
  }
  const other = new ClusterSecret(Buffer.alloc(32, 2));
  expect(verifyCallHeader(decoded(signed), other)).toBe(false);
  expect(verifyCallHeader(decoded(encodeCallHeader(longest)), secret)).toBe(false);
});

test('a newer format, an unknown transport and a notice beyond the call are refused by name', () => {
  const newer = encodeCallHeader(header);
  newer.writeUInt32BE(2, 0);
  expect(decodeCallHeader(newer)).toEqual({
    ok: false,
    failure: { kind: 'unknown-version', version: 2 },
  });
  const carrierPigeon = encodeCallHeader(longest);
  carrierPigeon.writeUInt32BE(2, carrierPigeon.length - 12);
  expect(decodeCallHeader(carrierPigeon)).toEqual({
    ok: false,
    failure: { kind: 'bad-number', field: 'transport' },
  });
  expect(decodeCallHeader(encodeCallHeader({ ...header, lowestUnfinished: 10 }))).toEqual({
    ok: false,
    failure: { kind: 'bad-number', field: 'lowestUnfinished' },
  });
});

test('a message to PA itself has sequence number 0 and carries a completion notice all the same', () => {
  const message = { ...header, sequence: 0 };
  expect(decoded(encodeCallHeader(message)).header).toEqual(message);
});

test('a number of 2^53 and more is refused', () => {
  const large = encodeCallHeader(header);
  large.writeBigUInt64BE(1n << 53n, 36);
  expect(decodeCallHeader(large)).toEqual({
    ok: false,
    failure: { kind: 'bad-number', field: 'incarnation' },
  });
});

test.each<ReplyHeader>([
  { kind: 'ok', epoch: 12 },
  { kind: 'address-unknown' },
  { kind: 'try-again', delayMs: 20 },
  { kind: 'expired', epoch: 12 },
  { kind: 'collision', epoch: Number.MAX_SAFE_INTEGER },
])('reply header $kind comes back as it was sent', (value) => {
  const body = encodeReplyHeader(value);
  expect(decodeReplyHeader(body)).toEqual({ ok: true, header: value });
  for (let length = 0; length < body.length; length += 1) {
    expect(decodeReplyHeader(body.subarray(0, length)).ok).toBe(false);
  }
});

test('an unknown status and an epoch of 2^53 and more in a reply header are refused', () => {
  const unknown = encodeReplyHeader({ kind: 'address-unknown' });
  unknown.writeUInt32BE(5, 0);
  expect(decodeReplyHeader(unknown)).toMatchObject({ ok: false, failure: { kind: 'not-xdr' } });
  const large = encodeReplyHeader({ kind: 'ok', epoch: 1 });
  large.writeBigUInt64BE(1n << 53n, 4);
  expect(decodeReplyHeader(large)).toEqual({
    ok: false,
    failure: { kind: 'bad-number', field: 'epoch' },
  });
});
