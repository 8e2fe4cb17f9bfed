import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { PassedConnection } from '../../../environment/adapters/port-message.ts';
import { HeldPort, type Taker } from './held-port.ts';

/** A process, as far as a port knows it: notes what it is passed. */
class NotingTaker implements Taker {
  readonly passed: { readonly id: number; readonly connection: Socket }[] = [];

  pass({ id }: PassedConnection, connection: Socket): void {
    this.passed.push({ id, connection });
  }

  /** The clients' own ports. */
  get clients(): (number | undefined)[] {
    return this.passed.map(({ connection }) => connection.remotePort);
  }
}

async function held(): Promise<HeldPort> {
  const port = await HeldPort.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => port.close());
  return port;
}

/** Resolves when the connection was accepted by the port's own process. */
async function client({ port }: HeldPort): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  await new Promise((resolve) => setTimeout(resolve, 20));
  return socket;
}

const opened = (port: HeldPort, taker: Taker): void => {
  port.heard(taker, { kind: 'port-opened', port: port.port });
};
const closed = (port: HeldPort, taker: Taker): void => {
  port.heard(taker, { kind: 'port-closed', port: port.port });
};

test('connections wait while nobody is primary, or the primary does not accept yet', async () => {
  const port = await held();
  const taker = new NotingTaker();
  const clients = [await client(port), await client(port)];
  opened(port, taker);
  expect(taker.passed).toEqual([]);
  closed(port, taker);
  port.isPrimary(taker, 1);
  expect(taker.passed).toEqual([]);
  opened(port, taker);
  expect(taker.clients).toEqual(clients.map(({ localPort }) => localPort));
});

test('of two that accept the one with the higher epoch gets them, whoever said so last', async () => {
  const port = await held();
  const [fenced, primary] = [new NotingTaker(), new NotingTaker()];
  opened(port, fenced);
  opened(port, primary);
  port.isPrimary(primary, 8);
  port.isPrimary(fenced, 7);
  await client(port);
  expect([fenced.passed.length, primary.passed.length]).toEqual([0, 1]);
});

test('what a process has not taken when it dies goes to the next, before what came later; what it has taken dies with it', async () => {
  const port = await held();
  const [first, next] = [new NotingTaker(), new NotingTaker()];
  opened(port, first);
  port.isPrimary(first, 1);
  const taken = await client(port);
  const untaken = await client(port);
  const end = once(taken, 'close');
  taken.resume();
  port.heard(first, { kind: 'connection-taken', port: port.port, id: first.passed[0]?.id ?? 0 });
  await end;
  closed(port, first);
  const later = await client(port);
  port.gone(first);
  opened(port, next);
  port.isPrimary(next, 2);
  expect(next.clients).toEqual([untaken.localPort, later.localPort]);
  // A word of the dead about its own number is about nothing.
  port.heard(first, { kind: 'connection-taken', port: port.port, id: first.passed[1]?.id ?? 0 });
  expect(next.passed.every(({ connection }) => !connection.destroyed)).toBe(true);
});

test('what comes back from one that has given up goes to the next primary', async () => {
  const port = await held();
  const [first, next] = [new NotingTaker(), new NotingTaker()];
  opened(port, first);
  port.isPrimary(first, 1);
  const { localPort } = await client(port);
  closed(port, first);
  const { id = 0 } = first.passed[0] ?? {};
  port.heard(first, { kind: 'connection-returned', port: port.port, id });
  expect(first.passed.length).toBe(1);
  opened(port, next);
  port.isPrimary(next, 2);
  expect(next.clients).toEqual([localPort]);
});

test('to close is to close what waits', async () => {
  const port = await held();
  const waiting = await client(port);
  const end = once(waiting, 'close');
  waiting.resume();
  port.close();
  await end;
  await expect(once(connect(port.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
});
