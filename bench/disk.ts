import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { dropCache } from './drop-cache.ts';
import type { Samples } from './load/sample.ts';

// What the disk itself can do, one call after the other on one thread: the measure for everything durable.

const megabyteBytes = 1_048_576;
const mbPerPiece = megabyteBytes / 1e6;
const smallBytes = 4_096;
const fileBytes = 64 * megabyteBytes;

/** Calls per second of `call`, which gets the numbers from 0 on; with how many there were. */
function rateOf(
  durationMs: number,
  call: (index: number) => void,
): { readonly value: number; readonly calls: number } {
  const startMs = performance.now();
  let calls = 0;
  while (performance.now() - startMs < durationMs) {
    call(calls);
    calls += 1;
  }
  return { value: calls / ((performance.now() - startMs) / 1_000), calls };
}

/** A file is made, renamed and removed; each time it and its directory are synced. */
export function diskNames(folder: string, durationMs: number): Samples {
  const directory = join(folder, 'disk-names');
  mkdirSync(directory);
  const descriptor = openSync(directory, 'r');
  const path = (name: string): string => join(directory, name);
  try {
    const create = rateOf(durationMs, (index) => {
      const file = openSync(path(`f${index}`), 'wx');
      fsyncSync(file);
      closeSync(file);
      fsyncSync(descriptor);
    });
    const rename = rateOf(durationMs, (index) => {
      const [from, to] = index % 2 === 0 ? ['f0', 'g0'] : ['g0', 'f0'];
      renameSync(path(from), path(to));
      fsyncSync(descriptor);
    });
    if (rename.calls % 2 === 1) renameSync(path('g0'), path('f0'));
    const startMs = performance.now();
    for (let index = 0; index < create.calls; index += 1) {
      unlinkSync(path(`f${index}`));
      fsyncSync(descriptor);
    }
    const removed = create.calls / ((performance.now() - startMs) / 1_000);
    return { create, rename, remove: { value: removed } };
  } finally {
    closeSync(descriptor);
    rmSync(directory, { recursive: true });
  }
}

/** A directory is made and removed; each time its parent is synced. */
export function diskDirectories(folder: string, durationMs: number): Samples {
  const parent = openSync(folder, 'r');
  const path = join(folder, 'disk-directory');
  try {
    const turns = rateOf(durationMs, (index) => {
      if (index % 2 === 0) mkdirSync(path);
      else rmdirSync(path);
      fsyncSync(parent);
    });
    if (turns.calls % 2 === 1) rmdirSync(path);
    return { 'mkdir-rmdir': turns };
  } finally {
    closeSync(parent);
  }
}

/** 4 KiB at random places of a file: written with fdatasync, read from the system's cache. */
export function diskRandom(folder: string, durationMs: number): Samples {
  return withFile(folder, (file) => {
    const data = Buffer.alloc(smallBytes, 0x5a);
    const placeOf = (index: number): number =>
      ((Math.imul(index, 0x9e37_79b1) >>> 0) % (fileBytes / smallBytes)) * smallBytes;
    return {
      write4k: rateOf(durationMs, (index) => {
        writeSync(file, data, 0, smallBytes, placeOf(index));
        fdatasyncSync(file);
      }),
      read4k: rateOf(durationMs, (index) => {
        readSync(file, data, 0, smallBytes, placeOf(index));
      }),
    };
  });
}

/** A file from front to back in pieces of 1 MiB. */
export async function diskSequential(folder: string, durationMs: number): Promise<Samples> {
  const data = Buffer.alloc(megabyteBytes, 0x5a);
  const at = (index: number): number => (index * megabyteBytes) % fileBytes;
  const rates = withFile(folder, (file, path) => {
    const synced = rateOf(durationMs, (index) => {
      writeSync(file, data, 0, megabyteBytes, at(index));
      fdatasyncSync(file);
    });
    const unstableMs = performance.now();
    const { calls } = rateOf(durationMs, (index) => {
      writeSync(file, data, 0, megabyteBytes, at(index));
    });
    fdatasyncSync(file);
    const once = { value: calls / ((performance.now() - unstableMs) / 1_000) };
    const read = (index: number): void => {
      readSync(file, data, 0, megabyteBytes, at(index));
    };
    const cached = rateOf(durationMs, read);
    dropCache([path]);
    const startMs = performance.now();
    for (let at = 0; at < fileBytes / megabyteBytes; at += 1) read(at);
    const uncached = fileBytes / megabyteBytes / ((performance.now() - startMs) / 1_000);
    return { synced, once, cached, uncached: { value: uncached } };
  });
  const inMb = ({ value }: { readonly value: number }) => ({ value: value * mbPerPiece });
  return {
    'seqwrite-sync': inMb(rates.synced),
    'seqwrite-unstable': inMb(rates.once),
    'seqread-cached': inMb(rates.cached),
    'seqread-uncached': inMb(rates.uncached),
  };
}

/** Files of a size, written and synced with their directory, and read back from the system's cache. */
export function diskWholeFiles(folder: string, bytes: number, durationMs: number): Samples {
  const directory = join(folder, 'disk-files');
  mkdirSync(directory);
  const descriptor = openSync(directory, 'r');
  const piece = Buffer.alloc(Math.min(bytes, megabyteBytes), 0x5a);
  const inPieces = (index: number, flags: string, work: (file: number, at: number) => void) => {
    const file = openSync(join(directory, `f${index}`), flags);
    for (let at = 0; at < bytes; at += piece.length) work(file, at);
    if (flags !== 'r') fsyncSync(file);
    closeSync(file);
  };
  try {
    const written = rateOf(durationMs, (index) => {
      inPieces(index, 'wx', (file, at) => writeSync(file, piece, 0, piece.length, at));
      fsyncSync(descriptor);
    });
    const read = rateOf(durationMs, (index) => {
      const existing = index % written.calls;
      inPieces(existing, 'r', (file, at) => readSync(file, piece, 0, piece.length, at));
    });
    const inMb = ({ value }: { readonly value: number }) => ({ value: (value * bytes) / 1e6 });
    return { 'files-write': inMb(written), 'files-read': inMb(read) };
  } finally {
    closeSync(descriptor);
    rmSync(directory, { recursive: true });
  }
}

/** A file of `fileBytes`, on the disk. */
function withFile<T>(folder: string, work: (file: number, path: string) => T): T {
  const path = join(folder, 'disk-file');
  const file = openSync(path, 'w+');
  try {
    const data = Buffer.alloc(megabyteBytes, 0xa5);
    for (let at = 0; at < fileBytes; at += megabyteBytes) {
      writeSync(file, data, 0, megabyteBytes, at);
    }
    fdatasyncSync(file);
    return work(file, path);
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
}
