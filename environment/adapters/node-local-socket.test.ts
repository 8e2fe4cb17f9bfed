import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeNetwork } from './node-network.ts';

test('node network: a host that begins with / is a local socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fuga-socket-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const host = join(folder, 'socket');
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(host, resolve));
  onTestFinished(() => void server.close());

  const stream = await nodeNetwork.connect({ host, port: 0 });
  expect(stream.remote).toEqual({ host, port: 0 });
  const echoed = await new Promise((resolve) => {
    stream.start({ data: resolve, closed: () => undefined });
    stream.write([Buffer.from('hello')]);
  });
  expect(String(echoed)).toBe('hello');
  stream.destroy();
  await expect(nodeNetwork.connect({ host: `${host}-not`, port: 0 })).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
