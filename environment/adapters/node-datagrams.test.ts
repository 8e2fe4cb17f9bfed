import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import type { Datagram, DatagramListener, DatagramSocket, Endpoint } from '../network.ts';
import { localAddresses } from './local-addresses.ts';
import { nodeNetwork } from './node-network.ts';

const loopback = { host: '127.0.0.1', port: 0 };
const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

async function listener(at: Endpoint, receive: (datagram: Datagram) => void) {
  const made = await nodeNetwork.listenDatagrams(at, receive);
  onTestFinished(() => made.close());
  return made;
}

/** Sends each datagram back, from where it was asked. */
async function echo(at: Endpoint): Promise<{ echoing: DatagramListener; seen: Datagram[] }> {
  const seen: Datagram[] = [];
  const echoing = await listener(at, (datagram) => {
    seen.push(datagram);
    echoing.send([Buffer.from('re: '), datagram.bytes], datagram.local, datagram.peer);
  });
  return { echoing, seen };
}

interface Client {
  readonly socket: DatagramSocket;
  readonly received: Buffer[];
  readonly failed: Error[];
}

async function client(to: Endpoint): Promise<Client> {
  const received: Buffer[] = [];
  const failed: Error[] = [];
  const socket = await nodeNetwork.connectDatagrams(to, {
    received: (bytes) => received.push(bytes),
    failed: (error) => failed.push(error),
  });
  onTestFinished(() => socket.close());
  return { socket, received, failed };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('node datagrams: gathered, whole, from 0 to 65,507 bytes, there and back', async () => {
  const { echoing, seen } = await echo(loopback);
  const { socket, received } = await client(echoing.address);
  const sizes = [0, 1, 9_000, 65_503];
  for (const size of sizes) {
    socket.send([Buffer.alloc(size >> 1, 1), Buffer.alloc(size - (size >> 1), 2)]);
    await until(() => received.length > sizes.indexOf(size));
  }
  expect(received.map((bytes) => bytes.length)).toEqual(sizes.map((size) => size + 4));
  expect(seen[0]).toMatchObject({ peer: socket.local, local: echoing.address });
  expect(echoing.unsentBytes).toBe(0);
});

test.each(['0.0.0.0', '::'])(
  'node datagrams: at %s each address of the machine answers as itself',
  async (wildcard) => {
    const { echoing, seen } = await echo({ host: wildcard, port: 0 });
    expect(echoing.address.host).toBe(wildcard);
    const hosts = [...localAddresses(wildcard)].filter((host) => !host.includes('%'));
    expect(hosts).toContain('127.0.0.1');
    if (wildcard === '::' && hasIPv6) expect(hosts).toContain('::1');
    for (const host of hosts) {
      // A connected socket takes nothing from another address than the one that it asks.
      const { socket, received } = await client({ host, port: echoing.address.port });
      socket.send([Buffer.from('hello')]);
      await until(() => received.length > 0);
      expect(seen.at(-1)?.local).toEqual({ host, port: echoing.address.port });
    }
  },
);

test('node datagrams: a port that is taken on one address is taken for the wildcard', async () => {
  const { address } = await listener(loopback, () => undefined);
  const again = (host: string) =>
    nodeNetwork.listenDatagrams({ host, port: address.port }, () => undefined);
  await expect(again('127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(again('0.0.0.0')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(again('192.0.2.1')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
});

test('node datagrams: a closed listener has left its port, and sends nothing', async () => {
  const first = await nodeNetwork.listenDatagrams(loopback, () => undefined);
  await first.close();
  await first.close();
  first.send([Buffer.from('x')], first.address, first.address);
  const second = await listener(first.address, () => undefined);
  expect(second.address).toEqual(first.address);
});

test('node datagrams: where nobody listens, the system says so, and the socket goes on', async () => {
  const gone = await nodeNetwork.listenDatagrams(loopback, () => undefined);
  await gone.close();
  const { socket, received, failed } = await client(gone.address);
  socket.send([Buffer.from('x')]);
  await until(() => failed.length > 0);
  expect(failed[0]).toMatchObject({ code: 'ECONNREFUSED' });
  await echo(gone.address);
  socket.send([Buffer.from('again')]);
  await until(() => received.length > 0);
  expect(received.toString()).toBe('re: again');
  socket.close();
  socket.send([Buffer.from('dropped')]);
});

test('node datagrams: what cannot be sent is told on a socket, and lost on a listener', async () => {
  const { echoing, seen } = await echo(loopback);
  const { socket, failed } = await client(echoing.address);
  socket.send([Buffer.alloc(65_508)]);
  await until(() => failed.length > 0);
  expect(failed[0]).toMatchObject({ code: 'EMSGSIZE' });
  echoing.send([Buffer.alloc(65_508)], echoing.address, socket.local);
  echoing.send([Buffer.alloc(1)], echoing.address, { host: '127.0.0.1', port: 0 });
  echoing.send([Buffer.alloc(1)], { host: '192.0.2.1', port: 1 }, socket.local);
  expect(seen).toEqual([]);
});

test('node datagrams: names are looked up, and port 0 cannot be asked', async () => {
  const { echoing } = await echo(loopback);
  const { socket, received } = await client({ host: 'localhost', port: echoing.address.port });
  if (socket.remote.host === '127.0.0.1') {
    socket.send([Buffer.from('by name')]);
    await until(() => received.length > 0);
  }
  await expect(client(loopback)).rejects.toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
  await expect(client({ host: 'no such host', port: 1 })).rejects.toMatchObject({
    syscall: 'getaddrinfo',
  });
});
