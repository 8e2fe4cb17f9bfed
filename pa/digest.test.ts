import { expect, test } from 'vitest';
import { callDigest, type DigestedCall, digestBytes } from './digest.ts';

const credentialBody = Buffer.from('0000000100000001610000000000000000000000', 'hex');
const call: DigestedCall = {
  program: 100003,
  version: 2,
  procedure: 10,
  credential: { flavor: 1, body: credentialBody },
  argumentBuffers: [Buffer.from('remove this')],
};
const reference = callDigest(call).toString('hex');
const digestOf = (change: Partial<DigestedCall>): string =>
  callDigest({ ...call, ...change }).toString('hex');

test('a digest has 16 bytes and never changes: it is stored', () => {
  expect(callDigest(call)).toHaveLength(digestBytes);
  expect(reference).toBe('cb9317e695e3b40b41804fb686a83b4a');
});

test('the way in which arguments are cut into buffers makes no difference', () => {
  expect(digestOf({ argumentBuffers: [Buffer.from('remove'), Buffer.from(' this')] })).toBe(
    reference,
  );
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
  ['arguments', { argumentBuffers: [Buffer.from('remove thi'), Buffer.from('t')] }],
])('another %s gives another digest', (_, change) => {
  expect(digestOf(change)).not.toBe(reference);
});

test('bytes cannot move from the credential to the arguments', () => {
  const long = digestOf({
    credential: { flavor: 0, body: Buffer.from('abcdefgh') },
    argumentBuffers: [Buffer.from('ijkl')],
  });
  const short = digestOf({
    credential: { flavor: 0, body: Buffer.from('abcd') },
    argumentBuffers: [Buffer.from('efghijkl')],
  });
  expect(long).not.toBe(short);
});
