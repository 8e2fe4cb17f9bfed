import { expect, test } from 'vitest';
import { PmapProgramV2 } from '../../protocol/generated/portmap.ts';
import { getPort } from './get-port.ts';
import { listRegistrations, tableOfRegistry } from './program-table.ts';
import { startPortmapper } from './portmapper.ts';
import { portmapperOnMemory, rpcb } from './testing/portmapper-on-memory.ts';

const nfs = { prog: 100003, vers: 3, prot: 6, port: 2049 };
const host = '127.0.0.1';

test('portmapper §3.2: SET, GETPORT, DUMP, UNSET', async () => {
  const { clients, errors } = await portmapperOnMemory();
  const { v2 } = await clients();
  await v2.pmapprocNull();
  expect(await v2.pmapprocSet(nfs)).toBe(true);
  expect(await v2.pmapprocSet(nfs)).toBe(true);
  expect(await v2.pmapprocSet({ ...nfs, port: 2050 })).toBe(false);
  expect(await v2.pmapprocSet({ ...nfs, prot: 17 })).toBe(true);
  expect(await v2.pmapprocGetport({ ...nfs, port: 0 })).toBe(2049);
  expect(await v2.pmapprocGetport({ ...nfs, vers: 4 })).toBe(2049);
  expect(await v2.pmapprocGetport({ ...nfs, prog: 100005 })).toBe(0);
  expect(await v2.pmapprocGetport({ ...nfs, prot: 99 })).toBe(0);
  expect((await v2.pmapprocDump()).map(({ map }) => map)).toEqual([
    { prog: 100000, vers: 2, prot: 6, port: 111 },
    { prog: 100000, vers: 3, prot: 6, port: 111 },
    { prog: 100000, vers: 4, prot: 6, port: 111 },
    { prog: 100000, vers: 2, prot: 17, port: 111 },
    { prog: 100000, vers: 3, prot: 17, port: 111 },
    { prog: 100000, vers: 4, prot: 17, port: 111 },
    nfs,
    { ...nfs, prot: 17 },
  ]);
  expect(await v2.pmapprocUnset({ ...nfs, prot: 0, port: 0 })).toBe(true);
  expect(await v2.pmapprocUnset(nfs)).toBe(false);
  expect(await v2.pmapprocGetport(nfs)).toBe(0);
  expect(errors).toEqual([]);
});

test.each([
  ['another transport', { ...nfs, prot: 132 }],
  ['port 0', { ...nfs, port: 0 }],
  ['a port that is none', { ...nfs, port: 65_536 }],
  ['the portmapper itself', { ...nfs, prog: 100000, vers: 9 }],
])('portmapper: SET of %s is refused', async (_name, mapping) => {
  const { v2 } = await (await portmapperOnMemory()).clients();
  expect(await v2.pmapprocSet(mapping)).toBe(false);
});

test.each([
  ['a netid that is not known', rpcb(1, 1, 'local', '/run/socket')],
  ['no address', rpcb(1, 1, 'tcp', '')],
  ['an address of IPv6 for IPv4', rpcb(1, 1, 'tcp', '::.8.1')],
  ['an address of IPv4 for IPv6', rpcb(1, 1, 'udp6', '0.0.0.0.8.1')],
  ['the portmapper itself', rpcb(100000, 9, 'tcp', '0.0.0.0.8.1')],
])('rpcbind: SET of %s is refused', async (_name, registration) => {
  const { v4 } = await (await portmapperOnMemory()).clients();
  expect(await v4.rpcbprocSet(registration)).toBe(false);
});

test('portmapper: its own entries cannot be taken away', async () => {
  const { v2, v3 } = await (await portmapperOnMemory()).clients();
  expect(await v2.pmapprocUnset({ prog: 100000, vers: 2, prot: 6, port: 0 })).toBe(false);
  expect(await v3.rpcbprocUnset(rpcb(100000, 2))).toBe(false);
});

test.each(['tcp', 'udp'] as const)(
  'portmapper: SET and UNSET from another machine are refused, over %s',
  async (transport) => {
    const { clients, portmapper } = await portmapperOnMemory('192.0.2.7');
    const { v2, v3, v4 } = await clients('192.0.2.1', transport);
    const address = { host: '0.0.0.0', port: 2049 };
    portmapper.registry.set({ program: 7, version: 1, netid: 'tcp', address, owner: '' });
    expect(await v2.pmapprocSet(nfs)).toBe(false);
    expect(await v2.pmapprocUnset({ ...nfs, prog: 7, vers: 1 })).toBe(false);
    for (const version of [v3, v4]) {
      expect(await version.rpcbprocSet(rpcb(100003, 3, 'tcp', '0.0.0.0.8.1'))).toBe(false);
      expect(await version.rpcbprocUnset(rpcb(7, 1, 'tcp'))).toBe(false);
    }
    expect(await v2.pmapprocGetport({ ...nfs, prog: 7, vers: 1 })).toBe(2049);
    expect(await v2.pmapprocGetport(nfs)).toBe(0);
  },
);

test('portmapper: what would call for somebody, and what nobody asks for, is PROC_UNAVAIL', async () => {
  const { v2, v3, v4 } = await (await portmapperOnMemory()).clients();
  const remote = { prog: 1, vers: 1, proc: 0, args: Buffer.alloc(0) };
  const refused = [
    v2.pmapprocCallit(remote),
    v3.rpcbprocCallit(remote),
    v4.rpcbprocBcast(remote),
    v4.rpcbprocIndirect(remote),
    v3.rpcbprocUaddr2taddr('0.0.0.0.0.111'),
    v4.rpcbprocTaddr2uaddr({ maxlen: 0, buf: Buffer.alloc(0) }),
    v4.rpcbprocGetstat(),
  ];
  for (const call of refused) {
    await expect(call).rejects.toMatchObject({ code: 'RPC_PROCUNAVAIL' });
  }
});

test('portmapper: another version is PROG_MISMATCH with 2 to 4', async () => {
  const { client } = await (await portmapperOnMemory()).clients();
  const version = { ...PmapProgramV2, version: 5 };
  await expect(
    client.call(version, PmapProgramV2.procedures.pmapprocDump, undefined),
  ).rejects.toMatchObject({ code: 'RPC_PROGVERSMISMATCH', lowVersion: 2, highVersion: 4 });
});

test('rpcbind §2.2.1: the address of the transport of the call, at which it was asked', async () => {
  const { clients, portmapper, time } = await portmapperOnMemory('127.0.0.1', ['::']);
  const local = (await clients()).v4;
  for (const [netid, address] of [
    ['tcp', '0.0.0.0.8.1'],
    ['udp', '0.0.0.0.8.2'],
    ['tcp6', '::.8.3'],
  ] as const) {
    expect(await local.rpcbprocSet(rpcb(100003, 3, netid, address))).toBe(true);
  }
  const asked = rpcb(100003, 3, 'udp6', 'whatever');
  for (const [at, transport, answer] of [
    ['192.0.2.1', 'tcp', '192.0.2.1.8.1'],
    ['192.0.2.1', 'udp', '192.0.2.1.8.2'],
    ['2001:db8::1', 'tcp', '2001:db8::1.8.3'],
    ['fe80::1%eth0', 'tcp', 'fe80::1.8.3'],
    ['2001:db8::1', 'udp', ''],
  ] as const) {
    const { v3, v4 } = await clients(at, transport);
    expect(await v3.rpcbprocGetaddr(asked)).toBe(answer);
    expect(await v4.rpcbprocGetaddr({ ...asked, rVers: 9 })).toBe(answer);
    expect(await v4.rpcbprocGetversaddr(asked)).toBe(answer);
    expect(await v4.rpcbprocGetversaddr({ ...asked, rVers: 9 })).toBe('');
  }
  const { v3, v4 } = await clients('192.0.2.1');
  expect((await v4.rpcbprocGetaddrlist(asked)).map((entry) => entry.rpcbEntryMap)).toEqual([
    {
      rMaddr: '192.0.2.1.8.1',
      rNcNetid: 'tcp',
      rNcSemantics: 3,
      rNcProtofmly: 'inet',
      rNcProto: 'tcp',
    },
    {
      rMaddr: '192.0.2.1.8.2',
      rNcNetid: 'udp',
      rNcSemantics: 1,
      rNcProtofmly: 'inet',
      rNcProto: 'udp',
    },
  ]);
  expect((await v3.rpcbprocDump()).at(-1)?.rpcbMap).toEqual({
    ...rpcb(100003, 3, 'tcp6', '::.8.3'),
    rOwner: 'unknown',
  });
  expect(await v3.rpcbprocGettime()).toBe(Math.floor(time.clock.wallMicroseconds() / 1e6));
  expect(portmapper.registry.registrations.filter(({ netid }) => netid === 'udp6').length).toBe(2);

  expect(await local.rpcbprocUnset(rpcb(100003, 3, 'tcp6'))).toBe(true);
  expect(await local.rpcbprocUnset(rpcb(100003, 3, 'local'))).toBe(false);
  expect(await local.rpcbprocUnset(rpcb(100003, 3))).toBe(true);
  expect(await local.rpcbprocGetaddr(asked)).toBe('');
});

test('portmapper: listens at all of its hosts, or nowhere', async () => {
  const { network, options, time, portmapper } = await portmapperOnMemory();
  await portmapper.close();
  const start = (hosts: string[], port?: number) =>
    startPortmapper({
      ...options,
      ...(port === undefined ? {} : { port }),
      clock: time.clock,
      hosts,
      onError: () => undefined,
    });
  await network.listen({ host: '192.0.2.1', port: 111 }, () => undefined);
  await expect(start(['192.0.2.1'])).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(start([])).rejects.toThrow(RangeError);
  await (await network.listenDatagrams({ host: '192.0.2.1', port: 111 }, () => {})).close();
  expect((await start(['127.0.0.1'], 0)).address.port).toBeGreaterThan(1_024);
});

test('portmapper client: ports over TCP and UDP, and each way not to get one', async () => {
  const { options, portmapper } = await portmapperOnMemory();
  for (const [netid, port] of [
    ['tcp', 2049],
    ['udp', 2050],
  ] as const) {
    const address = { host: '0.0.0.0', port };
    portmapper.registry.set({ program: 100003, version: 3, netid, address, owner: '' });
  }
  expect(await getPort(host, 100003, 3, 'tcp', options)).toBe(2049);
  expect(await getPort(host, 100003, 3, 'udp', options)).toBe(2050);
  const missing = getPort(host, 100005, 3, 'udp', options);
  await expect(missing).rejects.toMatchObject({ code: 'RPC_PROGNOTREGISTERED' });
  await expect(missing).rejects.toThrow('program 100005 version 3 over udp');
  const elsewhere = { ...options, portmapperPort: 112 };
  for (const transport of ['tcp', 'udp'] as const) {
    await expect(getPort(host, 1, 1, transport, elsewhere)).rejects.toMatchObject({
      code: 'RPC_RPCBFAILURE',
    });
  }
  await expect(listRegistrations(host, elsewhere)).rejects.toMatchObject({
    code: 'RPC_RPCBFAILURE',
  });
  const listed = await listRegistrations(host, options);
  expect(listed).toEqual(await tableOfRegistry(portmapper.registry, 'x').list());
});

test('portmapper client: a portmapper that says nothing is not waited for without end', async () => {
  const { network, options, time, portmapper } = await portmapperOnMemory();
  await portmapper.close();
  await network.listen({ host, port: 111 }, (stream) =>
    stream.start({ data: () => undefined, closed: () => undefined }),
  );
  const asked = getPort(host, 1, 1, 'tcp', options).catch((error: unknown) => error);
  await time.advance(5_000);
  expect(await asked).toMatchObject({ code: 'RPC_RPCBFAILURE', cause: { code: 'RPC_TIMEDOUT' } });
  expect(network.openStreams).toBe(0);
});
