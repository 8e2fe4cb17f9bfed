import { expect, test } from 'vitest';
import type { Datagram } from '../network.ts';
import { manualClock } from './manual-clock.ts';
import { memoryNetwork, type MemoryNetworkOptions } from './memory-network.ts';

const at = { host: '0.0.0.0', port: 2049 };
const to = { host: '192.0.2.1', port: 2049 };

async function world(options: MemoryNetworkOptions = {}) {
  const time = manualClock();
  const network = memoryNetwork(time.timers, options);
  const seen: Datagram[] = [];
  const listener = await network.listenDatagrams(at, (datagram) => {
    seen.push(datagram);
    listener.send([Buffer.from('re '), datagram.bytes], datagram.local, datagram.peer);
  });
  const received: string[] = [];
  const failed: unknown[] = [];
  const socket = await network.connectDatagrams(to, {
    received: (bytes) => received.push(bytes.toString()),
    failed: (error) => failed.push(error),
  });
  return { time, network, listener, seen, socket, received, failed };
}

test('memory datagrams: arrive in order at whoever was asked, with the address that was asked', async () => {
  const { time, socket, seen, received } = await world();
  for (const text of ['a', 'b', 'c']) socket.send([Buffer.from(text)]);
  expect(seen).toEqual([]);
  await time.settle();
  expect(received).toEqual(['re a', 're b', 're c']);
  expect(seen[0]).toMatchObject({ peer: socket.local, local: to });
});

test('memory datagrams: are lost and doubled as the test says', async () => {
  const copies: Record<string, number> = { lost: 0, doubled: 2, 're doubled': 1, once: 1 };
  const { time, socket, received } = await world({
    datagramCopies: ({ bytes }) => copies[bytes.toString()] ?? 1,
  });
  for (const text of ['lost', 'doubled', 'once']) socket.send([Buffer.from(text)]);
  await time.settle();
  expect(received).toEqual(['re doubled', 're doubled', 're once']);
});

test('memory datagrams: nobody listens, a port is taken, what is closed hears nothing', async () => {
  const { time, network, listener, socket, seen, received, failed } = await world();
  await expect(network.listenDatagrams(at, () => undefined)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  socket.send([Buffer.from('too late')]);
  await listener.close();
  listener.send([Buffer.from('x')], to, socket.local);
  await time.settle();
  expect(seen).toEqual([]);
  socket.send([Buffer.from('x')]);
  await time.settle();
  expect(failed).toMatchObject([{ code: 'ECONNREFUSED' }]);
  socket.close();
  socket.send([Buffer.from('x')]);
  await time.settle();
  expect(received).toEqual([]);
});
