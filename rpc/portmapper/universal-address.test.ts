import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { isLoopback, isNumericAddress, withoutLink } from './ip-address.ts';
import { addressesOf, addressForClient, netidOf, netidOfProtocol, protocolOf } from './netid.ts';
import { parseUniversalAddress, universalAddress } from './universal-address.ts';

test.each([
  ['192.0.2.1', 2049, '192.0.2.1.8.1'],
  ['0.0.0.0', 111, '0.0.0.0.0.111'],
  ['2001:db8::1', 65_535, '2001:db8::1.255.255'],
  ['::', 1, '::.0.1'],
  ['::ffff:192.0.2.1', 2049, '::ffff:192.0.2.1.8.1'],
])('RFC 5665 §5.2.3: %s port %i is %s', (host, port, universal) => {
  expect(universalAddress({ host, port })).toBe(universal);
  expect(parseUniversalAddress(universal)).toEqual({ host, port });
});

test.each([
  '',
  '1.2',
  '192.0.2.1',
  '192.0.2.1.8',
  '192.0.2.1.8.256',
  '192.0.2.1.0.0',
  '192.0.2.256.8.1',
  '192.0.2.1.-1.5',
  '192.0.2.1.8.1 ',
  '/run/rpcbind.sock',
  'example.org.8.1',
  'fe80::1%eth0.8.1',
])('RFC 5665: %j is no universal address', (text) => {
  expect(parseUniversalAddress(text)).toBeUndefined();
});

const host = fc.oneof(fc.ipV4(), fc.ipV6());
propertyTest.prop([host, fc.integer({ min: 1, max: 65_535 })])(
  'universal addresses: what is written is read',
  (address, port) => {
    const endpoint = { host: address, port };
    expect(parseUniversalAddress(universalAddress(endpoint))).toEqual(endpoint);
    expect(isNumericAddress(address)).toBe(true);
  },
);

propertyTest.prop([fc.string()])('universal addresses: any text is read or refused', (text) => {
  const parsed = parseUniversalAddress(text);
  if (parsed !== undefined) expect(parsed.port).toBeGreaterThan(0);
});

test('netids: by family and transport, by the numbers of IP', () => {
  expect([netidOf('tcp', '192.0.2.1'), netidOf('udp', '::1')]).toEqual(['tcp', 'udp6']);
  expect([6, 17, 0].map(netidOfProtocol)).toEqual(['tcp', 'udp', undefined]);
  expect((['tcp', 'udp', 'tcp6'] as const).map(protocolOf)).toEqual([6, 17, undefined]);
});

test('netids: what listens at :: is reached over IPv4 too', () => {
  const netidsAt = (bound: string) =>
    addressesOf({ host: bound, port: 1 }).map(({ netid, address }) => `${netid} ${address.host}`);
  expect(netidsAt('::')).toEqual(['tcp 0.0.0.0', 'udp 0.0.0.0', 'tcp6 ::', 'udp6 ::']);
  expect(netidsAt('0.0.0.0')).toEqual(['tcp 0.0.0.0', 'udp 0.0.0.0']);
  expect(netidsAt('2001:db8::1')).toEqual(['tcp6 2001:db8::1', 'udp6 2001:db8::1']);
});

test('addresses for clients: a wildcard is the address at which the client asked', () => {
  const asked = { host: '192.0.2.1', port: 111 };
  const forClient = (registered: string) => addressForClient({ host: registered, port: 5 }, asked);
  expect(forClient('0.0.0.0')).toEqual({ host: '192.0.2.1', port: 5 });
  expect(forClient('198.51.100.1')).toEqual({ host: '198.51.100.1', port: 5 });
  expect(forClient('::')).toBeUndefined();
});

test('loopback: what no other machine can claim to be', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
  expect(['128.0.0.1', '::', '127.0.0.1.example.org', '::ffff:127.0.0.1'].some(isLoopback)).toBe(
    false,
  );
  expect(withoutLink('fe80::1%eth0')).toBe('fe80::1');
});
