import type { Call, CallKind, Ino, NodeType } from '../history/call.ts';
import { fileBlocksMax, transferBlocksMax } from '../history/limits.ts';
import type { Knowledge } from './knowledge.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How often each kind is chosen, relative to the others: what cannot be repeated without harm comes often. */
const weights: Readonly<Record<CallKind, number>> = {
  create: 14,
  mkdir: 8,
  symlink: 7,
  remove: 16,
  rmdir: 8,
  rename: 13,
  link: 9,
  write: 14,
  truncate: 2,
  read: 7,
  lookup: 8,
  getattr: 3,
  readlink: 2,
  readdir: 4,
};

const lots = Object.entries(weights).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind as CallKind),
);

/** A worker mostly does what should succeed, and sometimes what should not. */
const probability = {
  subdirectory: 0.25,
  existingName: 0.85,
  freeName: 0.8,
  /** Removing what was just made and making what was just removed, so that names are used again at once. */
  latest: 0.4,
} as const;

/** Names are few, so that calls collide. */
export interface Area {
  readonly knowledge: Knowledge;
  readonly names: readonly string[];
}

/** The next call in an area. */
export function chooseCall(random: SeededRandom, area: Area): Call {
  const kind = random.pick(lots);
  switch (kind) {
    case 'create':
    case 'mkdir': {
      const directory = someDirectory(random, area);
      return { kind, directory, name: freeName(random, area, directory) };
    }
    case 'symlink': {
      const directory = someDirectory(random, area);
      const target = `target-${random.integer(0, 999)}`;
      return { kind, directory, name: freeName(random, area, directory), target };
    }
    case 'remove':
      return { kind, ...existingName(random, area, (type) => type !== 'directory') };
    case 'rmdir':
      return { kind, ...existingName(random, area, (type) => type === 'directory') };
    case 'lookup':
      return { kind, ...existingName(random, area, () => true) };
    case 'rename':
      return rename(random, area);
    case 'link': {
      const file = someNode(random, area, 'file');
      const directory = someDirectory(random, area);
      if (file === undefined) return { kind: 'readdir', directory };
      return { kind, file, directory, name: freeName(random, area, directory) };
    }
    case 'write':
    case 'truncate':
    case 'read':
    case 'getattr':
      return contentCall(random, area, kind);
    case 'readlink': {
      const file = someNode(random, area, 'symlink');
      return file === undefined
        ? { kind: 'lookup', ...existingName(random, area, (type) => type === 'symlink') }
        : { kind, file };
    }
    case 'readdir':
      return { kind, directory: someDirectory(random, area) };
  }
}

function contentCall(
  random: SeededRandom,
  area: Area,
  kind: 'write' | 'truncate' | 'read' | 'getattr',
): Call {
  const file = someNode(random, area, 'file');
  if (file === undefined) {
    const directory = random.pick(area.knowledge.roots);
    return { kind: 'create', directory, name: freeName(random, area, directory) };
  }
  if (kind === 'getattr') return { kind, file };
  if (kind === 'truncate') return { kind, file, blocks: random.integer(0, transferBlocksMax) };
  const block = random.integer(0, fileBlocksMax - 1);
  const most = Math.min(transferBlocksMax, fileBlocksMax - block);
  return { kind, file, block, blocks: kind === 'read' ? most : random.integer(1, most) };
}

function rename(random: SeededRandom, area: Area): Call {
  const from = existingName(random, area, () => true);
  const moved = area.knowledge.names(from.directory).get(from.name);
  // A directory moves to a root only: nothing is below a file's old place, so no loop can be asked for.
  const toDirectory =
    moved?.type === 'directory' ? random.pick(area.knowledge.roots) : someDirectory(random, area);
  const toName =
    random.fraction() < 0.5 ? random.pick(area.names) : freeName(random, area, toDirectory);
  return { kind: 'rename', ...from, toDirectory, toName };
}

function someDirectory(random: SeededRandom, area: Area): Ino {
  const below = area.knowledge.subdirectories;
  return below.length > 0 && random.fraction() < probability.subdirectory
    ? random.pick(below)
    : random.pick(area.knowledge.roots);
}

function existingName(
  random: SeededRandom,
  area: Area,
  fits: (type: NodeType) => boolean,
): { readonly directory: Ino; readonly name: string } {
  const directory = someDirectory(random, area);
  const known = [...area.knowledge.names(directory)].filter(([, { type }]) => fits(type));
  const names = known.map(([name]) => name);
  const latest = names.at(-1);
  if (latest === undefined || random.fraction() >= probability.existingName) {
    return { directory, name: random.pick(area.names) };
  }
  return { directory, name: random.fraction() < probability.latest ? latest : random.pick(names) };
}

function freeName(random: SeededRandom, area: Area, directory: Ino): string {
  const known = area.knowledge.names(directory);
  const free = area.names.filter((name) => !known.has(name));
  return free.length > 0 && random.fraction() < probability.freeName
    ? random.pick(free)
    : random.pick(area.names);
}

function someNode(random: SeededRandom, area: Area, type: 'file' | 'symlink'): Ino | undefined {
  const nodes = area.knowledge.nodes(type);
  return nodes.length === 0 ? undefined : random.pick(nodes);
}
