import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Files } from '../cluster/files.ts';
import { ServerPair } from '../cluster/server-pair.ts';

const wanted = 10_000;
/** Other files of a process that has so many connections. */
const spareFiles = 500;
const batch = 500;
/** What an idle connection may cost a server, buffers of the system not counted. */
const bytesPerConnectionMax = 16 * 1024;
/** What a process takes anyway while it works. */
const spareBytes = 128 * 1024 * 1024;

test(`a server with ${wanted} idle connections of one address, half of them in the middle of a call, serves others`, async () => {
  const count = Math.min(wanted, openFilesMax() - spareFiles);
  if (count < wanted)
    console.log(`only ${count} connections: this system allows no more open files`);
  const pair = new ServerPair();
  onTestFinished(() => pair.close());
  await pair.open();
  const port = await pair.startPrimary('a');
  const files = await Files.connect(port);
  const before = residentBytes(pair.pidOf('a'));

  const idle: Socket[] = [];
  onTestFinished(() => {
    for (const socket of idle) socket.destroy();
  });
  while (idle.length < count) {
    const opened = Array.from({ length: Math.min(batch, count - idle.length) }, () => open(port));
    idle.push(...(await Promise.all(opened)));
  }
  // Half of them begin a call and never go on.
  for (const socket of idle.slice(0, count / 2)) socket.write(Buffer.from([0x80, 0, 0, 100, 1, 2]));

  await files.makeFile(files.root, 'f', 'content');
  const other = await Files.connect(port);
  expect((await other.snapshot(other.root)).length).toBe(1);
  const grownBytes = residentBytes(pair.pidOf('a')) - before;
  expect(grownBytes).toBeLessThan(spareBytes + count * bytesPerConnectionMax);
  expect(idle.filter((socket) => socket.destroyed).length).toBe(0);
  other.close();
  files.close();
});

/** From an address of its own: the others come from another one. */
function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function openFilesMax(): number {
  const text = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
