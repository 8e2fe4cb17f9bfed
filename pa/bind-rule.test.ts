import { expect, test } from 'vitest';
import { assertMayBind, isLoopback } from './bind-rule.ts';
import { PaError } from './error.ts';

test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1'])(
  '%s is loopback: no secret is needed',
  (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(() => assertMayBind(host, false)).not.toThrow();
  },
);

test.each([
  '0.0.0.0',
  '::',
  '192.0.2.1',
  'files.example',
  '127.0.0.1.example',
  '127.1',
  '',
  '128.0.0.1',
])('"%s" needs a secret, and the error says how to get one', (host) => {
  expect(() => assertMayBind(host, true)).not.toThrow();
  expect(() => assertMayBind(host, false)).toThrow(PaError);
  expect(() => assertMayBind(host, false)).toThrow(/--secret-file FILE/);
});
