import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FugaFs } from '../../client/index.ts';
import { blocksOf, readEntries } from './ustar.ts';

/** Files under way at once, as `fuga put -r` has them. */
const filesAtOnce = 64;

/** What `tar` of this machine makes of a folder. */
export function archiveLocal(folder: string): Readable {
  const tar = spawn('tar', ['--format=ustar', '-cf', '-', '-C', folder, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return tar.stdout;
}

/** Unpacks an archive into a new directory. */
export async function unpackTree(archive: Readable, fs: FugaFs, to: string): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const { name, isDirectory, data } of readEntries(archive)) {
    const path = `${to}/${name}`;
    if (isDirectory) {
      // Its files follow it, and need it.
      await fs.mkdir(path, { recursive: true });
      continue;
    }
    const writing = fs.writeFile(path, data).finally(() => running.delete(writing));
    running.add(writing);
    if (running.size >= filesAtOnce) await Promise.race(running);
  }
  await Promise.all(running);
}

/** Packs a directory, for `tar` of this machine, which reads and lists it. */
export async function packTree(fs: FugaFs, from: string): Promise<void> {
  const tar = spawn('tar', ['-tf', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const exited = once(tar, 'exit');
  Readable.from(archiveOf(fs, from)).pipe(tar.stdin);
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`tar ended with ${code ?? 'a signal'}`);
}

async function* archiveOf(fs: FugaFs, from: string): AsyncGenerator<Buffer> {
  const entries = await fs.readdir(from, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  // Read ahead, and given in order.
  const reads: Promise<Buffer>[] = [];
  for (const [index, path] of paths.entries()) {
    while (reads.length < Math.min(index + filesAtOnce, paths.length)) {
      reads.push(fs.readFile(paths[reads.length] ?? ''));
    }
    const data = await (reads[index] ?? Buffer.alloc(0));
    reads[index] = Promise.resolve(Buffer.alloc(0));
    yield* blocksOf(path.slice(1), data);
  }
  yield Buffer.alloc(1_024);
}
