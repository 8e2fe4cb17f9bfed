import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClusterSecret, formatSecret, macBytes, parseSecret } from './secret.ts';

const secret = new ClusterSecret(Buffer.alloc(32, 7));
const parts = [Buffer.from('PUT'), Buffer.from('body')];

test('a MAC verifies for the same purpose and parts only', () => {
  const mac = secret.mac('registration', parts);
  expect(mac).toHaveLength(macBytes);
  expect(secret.verify('registration', parts, mac)).toBe(true);
  expect(secret.verify('registration', [Buffer.from('PUTbody!')], mac)).toBe(false);
  expect(secret.verify('registration', parts, mac.subarray(1))).toBe(false);
  expect(new ClusterSecret(Buffer.alloc(32, 8)).verify('registration', parts, mac)).toBe(false);
});

test('a MAC is HMAC-SHA-256 (RFC 2104), as node:crypto computes it', () => {
  const key = createHmac('sha256', Buffer.alloc(32, 7))
    .update('fuga cluster secret: pair')
    .digest();
  expect(secret.mac('pair', parts)).toEqual(createHmac('sha256', key).update('PUTbody').digest());
});

test.each(['header', 'pair', 'admin'] as const)(
  'what was made for a registration proves nothing for %s',
  (purpose) => {
    const mac = secret.mac('registration', parts);
    expect(secret.verify(purpose, parts, mac)).toBe(false);
  },
);

test('a secret never shows itself', () => {
  expect(JSON.stringify(secret)).toBe('{}');
});

test('the content of a file comes back, in either case and with white space around it', () => {
  const text = formatSecret(Buffer.alloc(32, 7));
  for (const variant of [text, ` ${text}\n`, text.toUpperCase()]) {
    const parsed = parseSecret(variant);
    expect(parsed.ok && parsed.secret.verify('pair', parts, secret.mac('pair', parts))).toBe(true);
  }
});

test.each(['', 'hello', 'ab'.repeat(31), 'ab'.repeat(33), `${'ab'.repeat(31)}zz`])(
  '"%s" is no secret',
  (text) => {
    expect(parseSecret(text)).toEqual({ ok: false, reason: 'expected 64 hexadecimal digits' });
  },
);

test('a secret of another length is a bug', () => {
  expect(() => new ClusterSecret(Buffer.alloc(16))).toThrow(RangeError);
});
