import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { isInNetwork, isWholeNetwork, parseAddress, parseNetwork } from './ip-network.ts';

test.each([
  ['192.0.2.1', 4, 0xc0000201n],
  ['::ffff:192.0.2.1', 4, 0xc0000201n],
  ['::FFFF:c000:201', 4, 0xc0000201n],
  ['::', 6, 0n],
  ['::1', 6, 1n],
  ['fe80::1%eth0', 6, (0xfe80n << 112n) | 1n],
  ['2001:db8::192.0.2.1', 6, (0x20010db8n << 96n) | 0xc0000201n],
  ['1:2:3:4:5:6:7:8', 6, 0x00010002000300040005000600070008n],
  ['1::', 6, 1n << 112n],
] as const)('%s is an address', (text, family, bits) => {
  expect(parseAddress(text)).toEqual({ family, bits });
});

test.each([
  '',
  '*',
  '1.2.3',
  '1.2.3.4.5',
  '256.0.0.1',
  '010.0.0.1',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '192.0.2.1::',
  '12345::',
  'host',
])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each([
  ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'], ['11.0.0.0', '::10.0.0.1']],
  ['192.0.2.1', ['192.0.2.1'], ['192.0.2.0']],
  ['0.0.0.0/0', ['8.8.8.8'], ['::1']],
  ['::ffff:10.0.0.0/104', ['10.9.9.9'], ['11.0.0.0']],
  ['2001:db8::/32', ['2001:db8:ffff::1'], ['2001:db9::', '32.1.13.184']],
  ['::/0', ['::1', 'fe80::1%eth0'], ['10.0.0.1']],
])('RFC 4632, RFC 4291: what is in %s', (text, inside, outside) => {
  const network = parseNetwork(text)!;
  const isIn = (address: string) => isInNetwork(parseAddress(address)!, network);
  expect(inside.filter((address) => !isIn(address))).toEqual([]);
  expect(outside.filter(isIn)).toEqual([]);
  expect(isWholeNetwork(network)).toBe(true);
});

test('networks: prefixes that are none, and bits behind a prefix', () => {
  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '::ffff:10.0.0.0/95']) {
    expect(parseNetwork(text)).toBeUndefined();
  }
  expect(isWholeNetwork(parseNetwork('10.0.0.1/8')!)).toBe(false);
});

propertyTest.prop([fc.oneof(fc.ipV4(), fc.ipV6())])(
  'every address is in its own network',
  (text) => {
    expect(isInNetwork(parseAddress(text)!, parseNetwork(text)!)).toBe(true);
  },
);

propertyTest.prop([fc.string()])('any text is an address or none', (text) => {
  const address = parseAddress(text);
  if (address !== undefined) expect(address.bits >> 128n).toBe(0n);
});
