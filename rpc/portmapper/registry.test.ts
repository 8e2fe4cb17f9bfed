import { expect, test } from 'vitest';
import { encodeToBuffer } from '../../xdr/decode.ts';
import { RpcbListCodec } from '../../protocol/generated/portmap.ts';
import { datagramBytesMax } from '../datagram-message.ts';
import { ownerLengthMax, type Registration, registrationsMax, Registry } from './registry.ts';

function registration(more: Partial<Registration> = {}): Registration {
  const address = { host: '0.0.0.0', port: 2049 };
  return { program: 100003, version: 3, netid: 'tcp', address, owner: 'o', ...more };
}

test('registry: a place is taken by one address, and setting the same again is no failure', () => {
  const registry = new Registry();
  expect(registry.set(registration())).toBe(true);
  expect(registry.set(registration({ owner: 'other' }))).toBe(true);
  expect(registry.set(registration({ address: { host: '0.0.0.0', port: 1 } }))).toBe(false);
  expect(registry.set(registration({ netid: 'udp' }))).toBe(true);
  expect(registry.registrations.map(({ netid }) => netid)).toEqual(['tcp', 'udp']);
  expect(registry.unset(100003, 3, 'tcp')).toBe(true);
  expect(registry.unset(100003, 3, 'tcp')).toBe(false);
  expect(registry.set(registration({ address: { host: '0.0.0.0', port: 1 } }))).toBe(true);
});

test('registry: a version that is not there gives another of the program, over the same transport', () => {
  const registry = new Registry();
  registry.set(registration({ version: 2 }));
  registry.set(registration({ version: 3, netid: 'udp' }));
  expect(registry.find(100003, 2, 'tcp')?.version).toBe(2);
  expect(registry.find(100003, 4, 'tcp')?.version).toBe(2);
  expect(registry.find(100003, 4, 'tcp6')).toBeUndefined();
  expect(registry.find(100005, 1, 'tcp')).toBeUndefined();
  expect(registry.findVersion(100003, 3, 'tcp')).toBeUndefined();
});

test('registry: is bounded, so that its list fits a datagram', () => {
  const registry = new Registry();
  const longest = {
    netid: 'tcp6',
    address: { host: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', port: 65_535 },
    owner: 'o'.repeat(1_000),
  } as const;
  for (let program = 0; program < registrationsMax; program += 1) {
    expect(registry.set(registration({ ...longest, program }))).toBe(true);
  }
  expect(registry.set(registration())).toBe(false);
  const list = registry.registrations.map(({ program, version, netid, owner }) => {
    const rAddr = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff.255.255';
    return {
      rpcbMap: { rProg: program, rVers: version, rNetid: netid, rAddr, rOwner: owner },
    };
  });
  expect(list[0]!.rpcbMap.rOwner.length).toBe(ownerLengthMax);
  expect(encodeToBuffer(RpcbListCodec, list).length + 24).toBeLessThan(datagramBytesMax);
});
