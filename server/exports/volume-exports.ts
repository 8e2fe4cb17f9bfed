import { strict as assert } from 'node:assert';
import type { Caller } from '../../pa/server/service.ts';
import type { Transaction } from '../../stable-area/records/record-store.ts';
import { directoryDepthMax } from '../file-system/limits.ts';
import { getEntry } from '../file-system/records/entry-records.ts';
import { rootIno } from '../file-system/records/inode.ts';
import { getInode } from '../file-system/records/inode-records.ts';
import { failure, type Outcome } from '../file-system/status.ts';
import { type ExportClient, type ExportRule, openToEverybody, ruleFor } from './export-rule.ts';

/** An exported directory of a volume. */
export interface Export {
  /** Names from the volume's root to it. */
  readonly names: readonly string[];
  /** The most specific ones first. */
  readonly clients: readonly ExportClient[];
}

/** The exported directories as a tree, with the directories on the way to them. */
interface Node {
  exported: Export | undefined;
  readonly children: Map<string, Node>;
}

/** What one volume exports: a directory, and all below it except what is exported by itself. Never changed: swapped as a whole. */
export class VolumeExports {
  readonly list: readonly Export[];
  readonly #root: Node = { exported: undefined, children: new Map() };

  constructor(list: readonly Export[]) {
    this.list = list;
    for (const exported of list) {
      let node = this.#root;
      for (const name of exported.names) node = childOf(node, name);
      assert(node.exported === undefined, 'a directory is exported once');
      node.exported = exported;
    }
  }

  /**
   * What the caller may do in a directory that it has mounted, or wants to: what the nearest exported directory at or
   * above it says, and that one alone. STALE where the directory is no more, or too deep for anybody to say.
   */
  find(transaction: Transaction, directory: number, caller: Caller): Outcome<{ rule: ExportRule }> {
    const path = this.#pathTo(transaction, directory);
    if (path === undefined) return failure('STALE');
    const rule = ruleFor(this.#nearest(transaction, path)?.clients ?? [], caller);
    return rule === undefined ? failure('ACCES') : { status: 'ok', rule };
  }

  /** Inodes below the root, down to the directory. Where no sub-tree is exported, nobody needs to know. */
  #pathTo(transaction: Transaction, directory: number): number[] | undefined {
    const path: number[] = [];
    if (this.#root.children.size === 0) return path;
    for (let ino = directory; ino !== rootIno; ) {
      const inode = getInode(transaction, ino);
      if (inode?.type !== 'directory') return undefined;
      path.push(ino);
      if (path.length > directoryDepthMax) return undefined;
      ino = inode.parent;
    }
    return path.reverse();
  }

  /** Goes down the tree along the path, by the names that are in the directories now. */
  #nearest(transaction: Transaction, path: readonly number[]): Export | undefined {
    let node = this.#root;
    let directory = rootIno;
    let nearest = node.exported;
    for (const ino of path) {
      const children = [...node.children];
      const found = children.find(([name]) => getEntry(transaction, directory, name)?.ino === ino);
      if (found === undefined) return nearest;
      [, node] = found;
      directory = ino;
      nearest = node.exported ?? nearest;
    }
    return nearest;
  }
}

/** What a volume exports of which nothing was said. */
export const openExports = new VolumeExports([{ names: [], clients: [openToEverybody] }]);

function childOf(node: Node, name: string): Node {
  const known = node.children.get(name);
  if (known !== undefined) return known;
  const made: Node = { exported: undefined, children: new Map() };
  node.children.set(name, made);
  return made;
}
