import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { NfsStat, type Readargs, type Writeargs } from '../protocol/generated/nfs2.ts';
import { memoryFs, rejectionOf } from './testing/memory-fs.ts';

const pieceBytes = 8192;

function pattern(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let index = 0; index < sizeBytes; index += 1) bytes[index] = index * 7 + (index >> 8);
  return bytes;
}

describe('reading and writing much', () => {
  test.each([0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 50 * pieceBytes + 17])(
    '%i bytes come back as they were written',
    async (sizeBytes) => {
      const { fs } = memoryFs();
      const content = pattern(sizeBytes);
      await fs.writeFile('/file', content);
      expect((await fs.stat('/file')).size).toBe(sizeBytes);
      expect((await fs.readFile('/file')).equals(content)).toBe(true);
      expect((await buffer(fs.createReadStream('/file'))).equals(content)).toBe(true);
    },
  );

  test('many calls are under way at once, never more than the window', async () => {
    const { fs, server } = memoryFs({ window: 16 });
    const content = pattern(100 * pieceBytes);
    await Promise.all([fs.writeFile('/a', ''), fs.writeFile('/b', '')]);
    const [a, b] = await Promise.all([fs.open('/a', 'w'), fs.open('/b', 'w')]);
    await Promise.all([a.write(content), b.write(content)]);
    expect(server.concurrencyMax).toBe(16);
    const [c, d] = await Promise.all([fs.open('/a'), fs.open('/b')]);
    server.concurrencyMax = 0;
    const into = () => Buffer.alloc(content.length);
    await Promise.all([c.read(into(), 0, null, 0), d.read(into(), 0, null, 0)]);
    expect(server.concurrencyMax).toBe(16);
  });

  test('a stream waits with finish until every write was answered', async () => {
    const { fs, server } = memoryFs();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let isHolding = true;
    server.pause = (name) => (isHolding && name === 'NFSPROC_WRITE' ? held : Promise.resolve());
    const stream = fs.createWriteStream('/file');
    let isFinished = false;
    stream.on('finish', () => (isFinished = true));
    stream.end(pattern(3 * pieceBytes));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isFinished).toBe(false);
    isHolding = false;
    release();
    await new Promise((resolve) => stream.on('close', resolve));
    expect(isFinished).toBe(true);
    expect((await fs.readFile('/file')).equals(pattern(3 * pieceBytes))).toBe(true);
  });

  test('a failed WRITE fails writeFile, a handle, and a stream, when nothing is under way', async () => {
    const { fs, server } = memoryFs();
    server.intercept = (name, args) =>
      name === 'NFSPROC_WRITE' && (args as Writeargs).offset === 5 * pieceBytes
        ? NfsStat.NFSERR_NOSPC
        : undefined;
    const content = pattern(20 * pieceBytes);
    const failed = await rejectionOf(fs.writeFile('/file', content));
    expect(failed).toMatchObject({ code: 'ENOSPC', syscall: 'write' });
    expect(failed.message).toBe('ENOSPC: no space left on device, write');
    const before = server.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(server.calls.length).toBe(before);

    const piped = pipeline(Readable.from([content]), fs.createWriteStream('/file'));
    expect(await rejectionOf(piped)).toMatchObject({ code: 'ENOSPC' });
  });

  test.each(['NFSERR_DQUOT', 'NFSERR_IO', 'NFSERR_NOSPC'] as const)(
    'write-behind: %s is told by finish or close at the latest, and nothing more is started',
    async (status) => {
      const { fs, server } = memoryFs();
      const handle = await fs.open('/file', 'w');
      const stream = handle.createWriteStream({ autoClose: false });
      let writes = 0;
      server.intercept = (name) =>
        name === 'NFSPROC_WRITE' && (writes += 1) > 2 ? NfsStat[status] : undefined;
      const code = { NFSERR_DQUOT: 'EDQUOT', NFSERR_IO: 'EIO', NFSERR_NOSPC: 'ENOSPC' }[status];
      let isFinished = false;
      stream.on('finish', () => (isFinished = true));
      const failing = new Promise((resolve) => stream.on('error', resolve));
      stream.write(pattern(3 * pieceBytes));
      stream.end('the rest');
      expect(await failing).toMatchObject({ code, syscall: 'write' });
      expect(isFinished).toBe(false);
      expect(writes).toBeLessThanOrEqual(4);
      await handle.close();
    },
  );

  test('a failed READ fails readFile and a stream', async () => {
    const { fs, server } = memoryFs();
    await fs.writeFile('/file', pattern(20 * pieceBytes));
    server.intercept = (name, args) =>
      name === 'NFSPROC_READ' && (args as Readargs).offset === 5 * pieceBytes
        ? NfsStat.NFSERR_IO
        : undefined;
    expect(await rejectionOf(fs.readFile('/file'))).toMatchObject({ code: 'EIO', syscall: 'read' });
    expect(await rejectionOf(buffer(fs.createReadStream('/file')))).toMatchObject({ code: 'EIO' });
  });

  test('version 2 ends at 4 GiB: EFBIG, before anything is sent', async () => {
    const { fs, server } = memoryFs();
    const handle = await fs.open('/file', 'w');
    server.calls.length = 0;
    const over = handle.write(Buffer.alloc(2), 0, 2, 0xffff_fffd);
    expect(await rejectionOf(over)).toMatchObject({ code: 'EFBIG' });
    expect(await rejectionOf(handle.truncate(2 ** 32))).toMatchObject({ code: 'EFBIG' });
    expect(await rejectionOf(fs.truncate('/file', 2 ** 32))).toMatchObject({ code: 'EFBIG' });
    expect(server.calls).toEqual(['NFSPROC_LOOKUP']);
  });

  test('a part of a file: start and end of a stream, as in Node', async () => {
    const { fs } = memoryFs();
    const content = pattern(3 * pieceBytes);
    await fs.writeFile('/file', content);
    const part = await buffer(fs.createReadStream('/file', { start: 5, end: pieceBytes + 9 }));
    expect(part.equals(content.subarray(5, pieceBytes + 10))).toBe(true);
    await pipeline(
      Readable.from([Buffer.from('XYZ')]),
      fs.createWriteStream('/file', { flags: 'r+', start: 4 }),
    );
    expect((await fs.readFile('/file')).subarray(3, 8)).toEqual(
      Buffer.concat([content.subarray(3, 4), Buffer.from('XYZ'), content.subarray(7, 8)]),
    );
  });

  test('a stream that is not read to its end stops asking', async () => {
    const { fs, server } = memoryFs();
    await fs.writeFile('/file', pattern(500 * pieceBytes));
    server.calls.length = 0;
    for await (const _piece of fs.createReadStream('/file')) break;
    expect(server.calls.length).toBeLessThan(150);
    // The window opens as pieces are taken: whoever takes the first one pays for a few.
    server.calls.length = 0;
    server.concurrencyMax = 0;
    const stream = fs.createReadStream('/file', { highWaterMark: 1 });
    for await (const _piece of stream) break;
    expect(server.concurrencyMax).toBeLessThanOrEqual(16);
    await fs.readFile('/file');
    expect(server.concurrencyMax).toBe(32);
  });

  test('many small writes to a stream become few calls', async () => {
    const { fs, server } = memoryFs();
    const stream = fs.createWriteStream('/file');
    for (let count = 0; count < 1000; count += 1) stream.write('abc');
    stream.end();
    await new Promise((resolve) => stream.on('close', resolve));
    expect(server.calls.filter((name) => name === 'NFSPROC_WRITE').length).toBeLessThan(5);
    expect(await fs.readFile('/file', 'utf8')).toBe('abc'.repeat(1000));
    expect(stream.bytesWritten).toBe(3000);
  });

  test('a file that grows while it is read is read to its end', async () => {
    const { fs, server } = memoryFs();
    await fs.writeFile('/file', pattern(2 * pieceBytes));
    let growth: Promise<void> | undefined;
    server.pause = async (name) => {
      if (name === 'NFSPROC_READ') {
        await (growth ??= fs.appendFile('/file', pattern(3 * pieceBytes)));
      }
    };
    expect((await fs.readFile('/file')).length).toBe(5 * pieceBytes);
  });

  test('appending goes to the end that the file has by then, one after the other', async () => {
    const { fs } = memoryFs();
    const handle = await fs.open('/file', 'a');
    await Promise.all([handle.write('one'), handle.write('two'), handle.write('three')]);
    await fs.appendFile('/file', '!');
    await handle.write('?');
    await handle.close();
    expect(await fs.readFile('/file', 'utf8')).toBe('onetwothree!?');
  });
});
