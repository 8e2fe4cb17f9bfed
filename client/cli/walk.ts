import type { FugaFs } from '../file-system.ts';
import type { Stats } from '../stats.ts';
import { Window } from '../window.ts';
import { type BytePath, joinPath } from './byte-path.ts';
import { type ListedFile, listHere } from './listing.ts';
import { isFileFailure } from './reason.ts';

/** Directories that are listed at once, and those of one level that were listed before their turn. */
const listedAheadMax = 16;

export interface WalkedFile {
  /** As it is shown: the start of the walk, and the names below it. */
  readonly path: BytePath;
  readonly name: Buffer;
  readonly stats: Stats;
  /** 0 for the start. */
  readonly depth: number;
  /** The file system whose current directory holds the file, and its name there: no look-ups above it. */
  readonly here: FugaFs;
  /** True for the last file of its directory. */
  readonly isLast: boolean;
}

export type Walked =
  | { readonly kind: 'file'; readonly file: WalkedFile }
  /** After all that is in a directory. */
  | { readonly kind: 'leave'; readonly file: WalkedFile }
  /** A directory that cannot be listed; its `file` came before, and its `leave` follows. */
  | { readonly kind: 'failure'; readonly file: WalkedFile; readonly error: unknown };

interface Listing {
  readonly here: FugaFs;
  readonly files: readonly ListedFile[];
}

/** A file to start at, and the path that it is shown under. */
export interface WalkStart {
  readonly fs: FugaFs;
  readonly path: BytePath;
  readonly shown: BytePath;
}

/**
 * A tree in order, each directory before what is in it, by name; links are not followed. Directories further on are
 * listed meanwhile. `mayEnter` says whether a directory is gone into, `isWanted` whether a file is there at all.
 */
export async function* walk(
  { fs, path, shown }: WalkStart,
  mayEnter: (file: WalkedFile) => boolean = () => true,
  isWanted: (file: WalkedFile) => boolean = () => true,
): AsyncGenerator<Walked, void, undefined> {
  const stats = await fs.lstat(path);
  const start = { path: shown, name: path, stats, depth: 0, here: fs, isLast: true };
  const walking = { mayEnter, isWanted, window: new Window(listedAheadMax) };
  yield* walkFile(start, walking, undefined);
}

interface Walking {
  readonly mayEnter: (file: WalkedFile) => boolean;
  readonly isWanted: (file: WalkedFile) => boolean;
  readonly window: Window;
}

async function* walkFile(
  file: WalkedFile,
  walking: Walking,
  listed: Promise<Listing> | undefined,
): AsyncGenerator<Walked, void, undefined> {
  yield { kind: 'file', file };
  if (!file.stats.isDirectory() || !walking.mayEnter(file)) return;
  const listing = await (listed ?? list(file)).catch((error: unknown) => {
    if (!isFileFailure(error)) throw error;
    return { error };
  });
  if ('error' in listing) yield { kind: 'failure', file, error: listing.error };
  else yield* walkListing(file, listing, walking);
  yield { kind: 'leave', file };
}

async function* walkListing(
  parent: WalkedFile,
  { here, files }: Listing,
  walking: Walking,
): AsyncGenerator<Walked, void, undefined> {
  const { mayEnter, window } = walking;
  const all = files.map(({ name, stats }): WalkedFile => {
    const path = joinPath(parent.path, name);
    return { path, name, stats, depth: parent.depth + 1, here, isLast: false };
  });
  const children = all
    .filter(walking.isWanted)
    .map((child, index, { length }) => ({ ...child, isLast: index === length - 1 }));
  const ahead = new Map<WalkedFile, Promise<Listing>>();
  const directories = children.filter((child) => child.stats.isDirectory() && mayEnter(child));
  let next = 0;
  for (const child of children) {
    // Both limits: on calls, for the whole tree, and on listings that wait here for their turn.
    while (next < directories.length && ahead.size < listedAheadMax && window.tryEnter()) {
      const directory = directories[next];
      next += 1;
      if (directory === undefined) break;
      const listing = list(directory).finally(() => window.leave());
      // It is waited for when its turn comes, or never where the walk is given up.
      listing.catch(() => undefined);
      ahead.set(directory, listing);
    }
    const listed = ahead.get(child);
    if (listed === undefined && child === directories[next]) next += 1;
    yield* walkFile(child, walking, listed);
    ahead.delete(child);
  }
}

async function list({ here, name }: WalkedFile): Promise<Listing> {
  const inside = await here.cd(name);
  return { here: inside, files: await listHere(inside) };
}
