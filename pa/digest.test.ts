import { expect, test } from 'vitest';
import { callDigest, type DigestedCall, digestBytes, earlierDigest } from './digest.ts';

const credentialBody = Buffer.from('0000000100000001610000000000000000000000', 'hex');
const call: DigestedCall = {
  program: 100003,
  version: 2,
  procedure: 10,
  credential: { flavor: 1, body: credentialBody },
  argumentBytes: Buffer.from('remove this'),
};
const areaId = Buffer.alloc(16, 5);
const reference = callDigest(call, areaId).toString('hex');
const digestOf = (change: Partial<DigestedCall>): string =>
  callDigest({ ...call, ...change }, areaId).toString('hex');
/** More than is hashed with MurmurHash3. */
const large = Buffer.alloc(9_000, 'data');

test('a digest has 16 bytes and never changes: it is stored', () => {
  expect(callDigest(call, areaId)).toHaveLength(digestBytes);
  expect(reference).toBe('bdb59fedcadeabed6fced6318c099c5d');
  const digest = callDigest({ ...call, argumentBytes: large }, areaId);
  expect(digest).toHaveLength(digestBytes);
  expect(digest.toString('hex')).toBe('660c640a8f9b69ad61d1513564271eaa');
});

test('the digest of much data depends on every part of it, and on nothing else', () => {
  const digest = digestOf({ argumentBytes: large });
  const changed = Buffer.from(large);
  changed[8_999] = 0;
  expect(digestOf({ argumentBytes: changed })).not.toBe(digest);
  expect(digestOf({ argumentBytes: large, procedure: 11 })).not.toBe(digest);
  expect(digestOf({ argumentBytes: large.subarray(1) })).not.toBe(digest);
});

test('what an earlier release stored is known', () => {
  expect(earlierDigest(call).toString('hex')).toBe('cb9317e695e3b40b41804fb686a83b4a');
  const earlier = earlierDigest({ ...call, argumentBytes: large });
  expect(earlier.toString('hex')).toBe('430a08d3930fd034f76f4b226e0c9678');
});

test('the stamp of an AUTH_SYS credential makes no difference, its other words do', () => {
  const stamped = Buffer.from(credentialBody);
  stamped.writeUInt32BE(77, 0);
  expect(digestOf({ credential: { flavor: 1, body: stamped } })).toBe(reference);
  const otherUser = Buffer.from(credentialBody);
  otherUser.writeUInt32BE(1000, 12);
  expect(digestOf({ credential: { flavor: 1, body: otherUser } })).not.toBe(reference);
});

test('the first word of another flavour counts', () => {
  const body = Buffer.from(credentialBody);
  const first = digestOf({ credential: { flavor: 6, body } });
  const changed = Buffer.from(body);
  changed.writeUInt32BE(77, 0);
  expect(digestOf({ credential: { flavor: 6, body: changed } })).not.toBe(first);
});

test.each<[string, Partial<DigestedCall>]>([
  ['program', { program: 100005 }],
  ['version', { version: 3 }],
  ['procedure', { procedure: 11 }],
  ['arguments', { argumentBytes: Buffer.from('remove thit') }],
])('another %s gives another digest', (_, change) => {
  expect(digestOf(change)).not.toBe(reference);
});

test('bytes cannot move from the credential to the arguments', () => {
  const long = digestOf({
    credential: { flavor: 0, body: Buffer.from('abcdefgh') },
    argumentBytes: Buffer.from('ijkl'),
  });
  const short = digestOf({
    credential: { flavor: 0, body: Buffer.from('abcd') },
    argumentBytes: Buffer.from('efghijkl'),
  });
  expect(long).not.toBe(short);
});
