import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Stream } from '../network.ts';
import { nodeNetwork } from './node-network.ts';
import type { PortMessage } from './port-message.ts';
import { type PortChannel, supervisedNetwork } from './supervised-network.ts';

const at = { host: '127.0.0.1', port: 2_049 };

/** The other end of a channel, as the process that holds the port sees it. */
class Parent extends EventEmitter implements PortChannel {
  readonly heard: PortMessage[] = [];

  send(message: PortMessage): void {
    this.heard.push(message);
  }

  pass(id: number, connection: Socket): void {
    this.emit('message', { kind: 'connection', port: at.port, id }, connection);
  }
}

/** A connection that was accepted, and is not read, and its client. */
async function connection(): Promise<{ near: Socket; client: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    near.destroy();
    server.close();
  });
  return { near, client };
}

function supervised(): { parent: Parent; accepted: Stream[]; close: () => Promise<void> } {
  const parent = new Parent();
  const accepted: Stream[] = [];
  const network = supervisedNetwork(nodeNetwork, new Set([at.port]), parent);
  const listener = network.listen(at, (stream) => {
    // It must be said first.
    expect(parent.heard.at(-1)?.kind).toBe('connection-taken');
    accepted.push(stream);
  });
  return { parent, accepted, close: async () => (await listener).close() };
}

test('a held port is asked for, and its connections show their clients as they are', async () => {
  const { parent, accepted } = supervised();
  const { near, client } = await connection();
  parent.pass(1, near);
  expect(parent.heard).toEqual([
    { kind: 'port-opened', port: at.port },
    { kind: 'connection-taken', port: at.port, id: 1 },
  ]);
  const [stream] = accepted;
  expect(stream?.remote).toEqual({ host: '127.0.0.1', port: client.localPort });
  const received = new Promise<string>((resolve) => {
    stream?.start({ data: (bytes) => resolve(bytes.toString()), closed: () => undefined });
  });
  client.write('call');
  expect(await received).toBe('call');
});

test('a connection that comes after the port was closed is given back, unread', async () => {
  const { parent, accepted, close } = supervised();
  await close();
  await close();
  const { near } = await connection();
  parent.pass(7, near);
  expect(parent.heard.slice(1)).toEqual([
    { kind: 'port-closed', port: at.port },
    { kind: 'connection-returned', port: at.port, id: 7 },
  ]);
  expect([accepted.length, near.destroyed]).toEqual([0, true]);
});

test('other ports are those of the system', async () => {
  const parent = new Parent();
  const network = supervisedNetwork(nodeNetwork, new Set([at.port]), parent);
  const accepted: Stream[] = [];
  const listener = await network.listen({ ...at, port: 0 }, (stream) => accepted.push(stream));
  onTestFinished(() => listener.close());
  const stream = await network.connect(listener.address);
  onTestFinished(() => stream.destroy());
  expect(parent.heard).toEqual([]);
});
