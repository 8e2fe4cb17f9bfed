import { describe, expect, test } from 'vitest';
import { memoryFs, rejectionOf } from './testing/memory-fs.ts';

describe('file handle', () => {
  test('close waits for what is under way, and then everything is EBADF', async () => {
    const { fs } = memoryFs();
    const handle = await fs.open('/file', 'w+');
    const writing = handle.write('content');
    await handle.close();
    expect(await fs.readFile('/file', 'utf8')).toBe('content');
    expect(await writing).toMatchObject({ bytesWritten: 7 });
    for (const late of [handle.stat(), handle.read(), handle.write('x'), handle.chmod(0)]) {
      expect(await rejectionOf(late)).toMatchObject({ code: 'EBADF' });
    }
    await handle.close();
  });

  test('sync resolves when the writes before it are durable', async () => {
    const { fs, server } = memoryFs();
    const handle = await fs.open('/file', 'w');
    let isWritten = false;
    void handle.write('x').then(() => (isWritten = true));
    await handle.sync();
    expect(isWritten).toBe(true);
    server.calls.length = 0;
    await handle.datasync();
    expect(server.calls).toEqual([]);
  });

  test('a removed file is ESTALE for those who have it open', async () => {
    const { fs } = memoryFs();
    await fs.writeFile('/file', 'x');
    const handle = await fs.open('/file');
    await fs.unlink('/file');
    expect(await rejectionOf(handle.stat())).toMatchObject({ code: 'ESTALE', syscall: 'fstat' });
  });

  test('attributes by handle', async () => {
    const { fs } = memoryFs();
    const handle = await fs.open('/file', 'w');
    await handle.chmod(0o600);
    await handle.chown(5, 6);
    await handle.utimes(1, 2);
    expect(await handle.stat()).toMatchObject({
      mode: 0o100600,
      uid: 5,
      gid: 6,
      atimeMs: 1000,
      mtimeMs: 2000,
    });
  });

  test('streams of a handle close it, unless autoClose is false', async () => {
    const { fs } = memoryFs();
    const kept = await fs.open('/file', 'w+');
    const stream = kept.createWriteStream({ autoClose: false });
    stream.end('hello');
    await new Promise((resolve) => stream.on('close', resolve));
    expect((await kept.stat()).size).toBe(5);
    const pieces: unknown[] = [];
    for await (const piece of kept.createReadStream({ encoding: 'utf8' })) pieces.push(piece);
    expect(pieces).toEqual(['hello']);
    expect(await rejectionOf(kept.stat())).toMatchObject({ code: 'EBADF' });
  });

  test('a range outside the buffer is refused', async () => {
    const { fs } = memoryFs();
    await using handle = await fs.open('/file', 'w+');
    const outside = [
      handle.read(Buffer.alloc(4), 3, 2, 0),
      handle.write(Buffer.alloc(4), 5),
      handle.write(Buffer.alloc(4), -1, 2),
    ];
    for (const call of outside) {
      expect(await rejectionOf(call)).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    }
  });

  test('a view of a larger buffer is read into and written from in place', async () => {
    const { fs } = memoryFs();
    const handle = await fs.open('/file', 'w+');
    const whole = new Uint8Array([1, 2, 3, 4, 5, 6]);
    await handle.write(whole.subarray(2, 5));
    const into = new Uint8Array(6);
    const { bytesRead } = await handle.read(into.subarray(1, 4), 0, 3, 0);
    expect([bytesRead, ...into]).toEqual([3, 0, 3, 4, 5, 0, 0]);
  });
});
