import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract, type Pack, pack } from 'tar-stream';
import type { FugaFs } from '../../client/index.ts';

/** Files under way at once, as `fuga put -r` has them. */
const filesAtOnce = 64;

/** What `tar` of this machine makes of a folder. */
export function archiveLocal(folder: string): Readable {
  const tar = spawn('tar', ['--format=ustar', '-cf', '-', '-C', folder, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return tar.stdout;
}

/** Unpacks the files and directories of an archive into a new directory. */
export async function unpackTree(archive: Readable, fs: FugaFs, to: string): Promise<void> {
  const running = new Set<Promise<void>>();
  const entries = extract();
  const unpacked = pipeline(archive, entries);
  for await (const entry of entries) {
    const { name, type } = entry.header;
    const path = `${to}/${name}`;
    const data = await buffer(entry);
    // Its files follow it, and need it.
    if (type === 'directory') await fs.mkdir(path, { recursive: true });
    if (type !== 'file') continue;
    const writing = fs.writeFile(path, data).finally(() => running.delete(writing));
    running.add(writing);
    if (running.size >= filesAtOnce) await Promise.race(running);
  }
  await Promise.all([unpacked, ...running]);
}

/** Packs a directory, for `tar` of this machine, which reads and lists it. */
export async function packTree(fs: FugaFs, from: string): Promise<void> {
  const tar = spawn('tar', ['-tf', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const exited = once(tar, 'exit');
  const archive = pack();
  await Promise.all([pipeline(archive, tar.stdin), packFiles(fs, from, archive)]);
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`tar ended with ${code ?? 'a signal'}`);
}

async function packFiles(fs: FugaFs, from: string, archive: Pack): Promise<void> {
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
    await packFile(archive, path.slice(1), data);
  }
  archive.finalize();
}

/** Resolves when it has been taken: the archive is not kept in memory. */
function packFile(archive: Pack, name: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry({ name, size: data.length }, (error) => {
      if (error) reject(error);
      else resolve();
    });
    entry.end(data);
  });
}
