import { createSocket, type Socket } from 'node:dgram';
import { afterEach, expect, test, vi } from 'vitest';
import type { Endpoint } from '../network.ts';
import { NodeDatagramListener } from './node-datagram-listener.ts';

afterEach(() => {
  vi.useRealTimers();
});

function bind({ host, port }: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(port, host, () => resolve(socket));
  });
}

function failing(code: string): Promise<Socket> {
  return Promise.reject(Object.assign(new Error(code), { code }));
}

test('datagram listener: follows addresses that come and go', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const bound: string[] = [];
  let hosts = ['127.0.0.1'];
  const listener = await NodeDatagramListener.open(
    { host: '0.0.0.0', port: 0 },
    {
      addresses: () => new Set(hosts),
      bind: async (at) => {
        if (at.host === '127.0.0.9') return failing('EADDRNOTAVAIL');
        const socket = await bind(at);
        bound.push(at.host);
        socket.on('close', () => bound.splice(bound.indexOf(at.host), 1));
        return socket;
      },
      receive: () => undefined,
    },
  );
  const settled = async (expected: string[]): Promise<void> => {
    vi.advanceTimersByTime(5_000);
    while (bound.join() !== expected.join()) await new Promise((next) => setImmediate(next));
  };
  expect(bound).toEqual(['127.0.0.1']);
  hosts = ['127.0.0.1', '127.0.0.9', '127.0.0.2'];
  await settled(['127.0.0.1', '127.0.0.2']);
  hosts = ['127.0.0.2'];
  await settled(['127.0.0.2']);
  await listener.close();
  await settled([]);
});

test('datagram listener: of ports that the system offers, takes one that is free on all addresses', async () => {
  let attempts = 0;
  const open = (takenTimes: number, port = 0) =>
    NodeDatagramListener.open(
      { host: '0.0.0.0', port },
      {
        addresses: () => new Set(['127.0.0.1', '127.0.0.2']),
        bind: (at) => {
          if (at.host === '127.0.0.1') return bind(at);
          attempts += 1;
          return attempts <= takenTimes ? failing('EADDRINUSE') : bind(at);
        },
        receive: () => undefined,
      },
    );
  const listener = await open(3);
  expect(attempts).toBe(4);
  await listener.close();
  await expect(open(1_000, listener.address.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(attempts).toBe(5);
  await expect(open(1_000)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
