import { expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { nonceBytes, signRequest, type SignedRequest } from '../directory/request-signature.ts';
import { ClusterSecret } from '../secret.ts';
import { freshnessMs, RequestGuard } from './request-guard.ts';

const secret = new ClusterSecret(Buffer.alloc(32, 1));
const request: SignedRequest = {
  method: 'PUT',
  path: '/v1/aliases/home/port',
  body: Buffer.from('{"epoch":4}'),
};
const random = seededRandom(1);

function setUp(noncesMax?: number) {
  const time = manualClock(1_000_000);
  const guard = new RequestGuard(secret, time.clock, noncesMax);
  const sign = (change: Partial<SignedRequest> = {}, offsetMs = 0, key = secret) =>
    signRequest(
      key,
      'registration',
      { ...request, ...change },
      time.clock.wallMicroseconds() / 1_000 + offsetMs,
      random.bytes(nonceBytes),
    );
  const check = (header: string | undefined) => guard.check('registration', request, header).kind;
  return { time, guard, sign, check };
}

test('a request that was just signed is allowed', () => {
  const { check, sign } = setUp();
  expect(check(sign())).toBe('allowed');
  expect(check(sign())).toBe('allowed');
});

test('unsigned, garbled and foreign signatures are refused', () => {
  const { check, sign } = setUp();
  expect(check(undefined)).toBe('unsigned');
  expect(check('')).toBe('forged');
  expect(check(sign().replace('sent=', 'sent=1'))).toBe('forged');
  expect(check(sign({}, 0, new ClusterSecret(Buffer.alloc(32, 2))))).toBe('forged');
});

test.each<Partial<SignedRequest>>([
  { method: 'DELETE' },
  { path: '/v1/aliases/other/port' },
  { body: Buffer.from('{"epoch":5}') },
])('a signature does not fit another request: %o', (change) => {
  const { check, sign } = setUp();
  expect(check(sign(change))).toBe('forged');
});

test('a signature for a registration allows no administrative change', () => {
  const { guard, sign } = setUp();
  expect(guard.check('admin', request, sign()).kind).toBe('forged');
});

test('a replayed request is refused until it is stale, and then as stale', async () => {
  const { check, sign, time } = setUp();
  const signed = sign({}, freshnessMs);
  expect(check(signed)).toBe('allowed');
  expect(check(signed)).toBe('replayed');
  await time.advance(2 * freshnessMs - 1);
  expect(check(signed)).toBe('replayed');
  await time.advance(2);
  expect(check(signed)).toBe('stale');
});

test('a clock that is too far off, either way, is refused as stale', () => {
  const { check, sign } = setUp();
  expect(check(sign({}, -freshnessMs - 1))).toBe('stale');
  expect(check(sign({}, freshnessMs + 2))).toBe('stale');
});

test('the memory of nonces is bounded, and what is over makes room', async () => {
  const { check, sign, time } = setUp(2);
  expect([check(sign()), check(sign()), check(sign())]).toEqual(['allowed', 'allowed', 'busy']);
  await time.advance(2 * freshnessMs);
  expect(check(sign())).toBe('allowed');
});

test('without a secret everything is allowed: PAM is on loopback then', () => {
  const { time } = setUp();
  expect(new RequestGuard(undefined, time.clock).check('admin', request, undefined).kind).toBe(
    'allowed',
  );
});
