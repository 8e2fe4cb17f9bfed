import { expect, onTestFinished, test } from 'vitest';
import type { Listener, Stream, StreamEvents } from '../network.ts';
import { nodeNetwork } from './node-network.ts';

const loopback = { host: '127.0.0.1', port: 0 };

async function listenerFor(accept: (stream: Stream) => void): Promise<Listener> {
  const listener = await nodeNetwork.listen(loopback, accept);
  onTestFinished(() => listener.close());
  return listener;
}

/** Collects what a stream gives until it closes. */
function collect(stream: Stream, more: Partial<StreamEvents> = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.start({
      data: (bytes) => chunks.push(bytes),
      closed: (error) => (error === undefined ? resolve(Buffer.concat(chunks)) : reject(error)),
      ...more,
    });
  });
}

async function pair(): Promise<{ near: Stream; far: Stream }> {
  const accepted: Stream[] = [];
  const listener = await listenerFor((stream) => accepted.push(stream));
  const near = await nodeNetwork.connect(listener.address);
  while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return { near, far: accepted[0]! };
}

test('node network: gathered writes arrive whole and in order, small and large', async () => {
  const { near, far } = await pair();
  const received = collect(far);
  void collect(near);
  const large = Buffer.alloc(300_000, 7);
  near.write([Buffer.from('ab'), Buffer.from('c')]);
  near.write([Buffer.from('head'), large, Buffer.from('tail')]);
  near.write([]);
  near.end();
  const expected = Buffer.concat([Buffer.from('abchead'), large, Buffer.from('tail')]);
  expect((await received).equals(expected)).toBe(true);
});

test('node network: what comes before start is kept, the end too', async () => {
  const { near, far } = await pair();
  void collect(near);
  near.write([Buffer.from('early')]);
  near.end();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await collect(far)).toString()).toBe('early');
});

test('node network: write returns false when the peer does not read; drained tells when it goes on', async () => {
  const { near, far } = await pair();
  let drained = 0;
  void collect(near, { drained: () => (drained += 1) });
  const piece = Buffer.alloc(1 << 20);
  let written = 0;
  while (near.write([piece]) && written < 64) written += 1;
  expect(near.bufferedBytes).toBeGreaterThan(0);
  expect(drained).toBe(0);
  const received = collect(far);
  while (drained === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(near.bufferedBytes).toBe(0);
  near.end();
  expect((await received).length).toBe((written + 1) * piece.length);
});

test('node network: pause keeps data back, resume gives it', async () => {
  const { near, far } = await pair();
  void collect(near);
  let seen = 0;
  const received = collect(far, { data: (bytes) => (seen += bytes.length) });
  far.pause();
  near.write([Buffer.from('later')]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen).toBe(0);
  far.resume();
  near.end();
  await received;
  expect(seen).toBe(5);
});

test('node network: closed comes once, with the error where there was one', async () => {
  const { near, far } = await pair();
  const closings: (Error | undefined)[] = [];
  void collect(near, { closed: (error) => closings.push(error) });
  const farClosed = new Promise((resolve) => {
    void collect(far, { closed: resolve });
  });
  near.destroy();
  near.destroy();
  near.write([Buffer.from('dropped')]);
  await farClosed;
  expect(closings).toEqual([undefined]);
});

test('node network: a stream that closed before start tells so afterwards', async () => {
  const { near, far } = await pair();
  near.destroy();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await collect(near)).length).toBe(0);
  far.destroy();
});

test('node network: an IPv4 peer of a dual-stack listener has its plain address', async () => {
  const accepted: Stream[] = [];
  const listener = await nodeNetwork.listen({ host: '::', port: 0 }, (s) => accepted.push(s));
  const near = await nodeNetwork.connect({ host: '127.0.0.1', port: listener.address.port });
  while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(accepted[0]!.remote.host).toBe('127.0.0.1');
  expect(accepted[0]!.remote.port).toBe(near.local.port);
  near.destroy();
  accepted[0]!.destroy();
  await listener.close();
});

test('node network: failures carry the code of the system', async () => {
  const listener = await nodeNetwork.listen(loopback, () => {});
  await expect(nodeNetwork.listen(listener.address, () => {})).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await listener.close();
  await expect(nodeNetwork.connect(listener.address)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('node network: closing a listener leaves open streams alone', async () => {
  const accepted: Stream[] = [];
  const listener = await nodeNetwork.listen(loopback, (stream) => accepted.push(stream));
  const near = await nodeNetwork.connect(listener.address);
  while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await listener.close();
  await listener.close();
  const received = collect(near);
  accepted[0]!.write([Buffer.from('still here')]);
  accepted[0]!.end();
  void collect(accepted[0]!);
  expect((await received).toString()).toBe('still here');
});

test('node network: an attempt can be abandoned', async () => {
  const controller = new AbortController();
  // Documentation addresses (RFC 5737) answer nothing, or refuse at once where there is no route.
  const attempt = nodeNetwork.connect({ host: '192.0.2.1', port: 9 }, controller.signal);
  controller.abort();
  await expect(attempt).rejects.toMatchObject({ code: 'ABORT_ERR' });
  await expect(nodeNetwork.connect(loopback, controller.signal)).rejects.toMatchObject({
    code: 'ABORT_ERR',
  });
});
