import { strict as assert } from 'node:assert';
import type { Table } from '../../../stable-area/records/record-store.ts';
import { liveBytes } from '../content/extents.ts';
import {
  blobs,
  extentMaps,
  indexNodes,
  largeBlobs,
  type ExtentMap,
  type IndexNode,
} from '../records/content-records.ts';
import { cookieEntries, entries } from '../records/entry-records.ts';
import { freeRecords, type Subtree } from '../records/free-records.ts';
import { type DirectoryInode, type Inode, rootIno } from '../records/inode.ts';
import { inodes } from '../records/inode-records.ts';
import { blobKey, cookieOfKey, numberKey, onlyKey } from '../records/keys.ts';
import { states } from '../records/volume-records.ts';
import type { MemoryRecords } from './memory-records.ts';

/**
 * Reads a whole volume and asserts that every record is reachable exactly once and every count is right: what fsck does.
 * Content that waits to be freed is reachable from the free queue.
 */
export function auditVolume({ stored }: MemoryRecords): void {
  const all = <V>(table: Table<V>): Map<string, V> =>
    new Map(
      [...stored]
        .filter(([key]) => key.startsWith(table.prefix))
        .map(([key, bytes]) => {
          const own = key.slice(table.prefix.length);
          return [own, table.decode(bytes, own)];
        }),
    );
  const inodeList = [...all(inodes).values()];
  const state = all(states).get(onlyKey);
  assert(state !== undefined);
  const blobKeys = new Set([...all(blobs).keys(), ...all(largeBlobs).keys()]);
  const audit = new ContentAudit(all(indexNodes), all(extentMaps), blobKeys);
  auditNames(inodeList, all(entries), all(cookieEntries));
  assert.equal(state.usedInodes, inodeList.length, 'used inodes are counted');
  const pendingBytes = new Map<number, number>();
  for (const { owner, subtrees } of all(freeRecords).values()) {
    const bytes = subtrees.reduce((sum, subtree) => sum + audit.take(subtree), 0);
    const inode = inodeList.find(({ ino }) => ino === owner?.ino);
    if (inode?.type !== 'regular' || inode.contentGeneration !== owner?.generation) continue;
    pendingBytes.set(inode.ino, (pendingBytes.get(inode.ino) ?? 0) + bytes);
  }
  assert.equal(all(freeRecords).size, state.freeTail - state.freeHead, 'the queue has no gaps');
  let usedBytes = 0;
  for (const inode of inodeList) {
    if (inode.type !== 'regular') continue;
    const { root: id, depth: level } = inode.content;
    const bytes = id === 0 ? 0 : audit.take({ id, level });
    assert.equal(
      inode.usedBytes,
      bytes + (pendingBytes.get(inode.ino) ?? 0),
      'used bytes of a file',
    );
    usedBytes += inode.usedBytes;
  }
  assert.equal(state.usedBytes, usedBytes, 'used bytes of the volume');
  audit.assertNothingLeft();
}

/** Each content record is taken once, by whoever leads to it. */
class ContentAudit {
  readonly #nodes: Map<string, IndexNode>;
  readonly #maps: Map<string, ExtentMap>;
  readonly #blobs: Set<string>;

  constructor(nodes: Map<string, IndexNode>, maps: Map<string, ExtentMap>, blobKeys: Set<string>) {
    this.#nodes = nodes;
    this.#maps = maps;
    this.#blobs = blobKeys;
  }

  /** Returns the bytes of content below. */
  take({ id, level }: Subtree): number {
    const key = numberKey(id);
    if (level > 0) {
      const node = this.#nodes.get(key);
      assert(node?.level === level, `index node ${id} is there once`);
      this.#nodes.delete(key);
      return node.children
        .filter((child) => child !== 0)
        .reduce((sum, child) => sum + this.take({ id: child, level: level - 1 }), 0);
    }
    const map = this.#maps.get(key);
    assert(map !== undefined, `extent map ${id} is there once`);
    this.#maps.delete(key);
    const named = new Set(map.extents.map((extent) => extent.blob));
    for (const blob of named) assert(this.#blobs.delete(blobKey(id, blob)), 'a blob is there');
    return liveBytes(map.extents);
  }

  assertNothingLeft(): void {
    assert.deepEqual([this.#nodes.size, this.#maps.size, this.#blobs.size], [0, 0, 0], 'no leak');
  }
}

function auditNames(
  inodeList: readonly Inode[],
  byName: Map<string, { ino: number; cookie: number }>,
  byCookie: Map<string, { ino: number; name: string }>,
): void {
  assert.equal(byName.size, byCookie.size, 'each entry has both records');
  const links = new Map<number, number>([[rootIno, 1]]);
  for (const [key, { ino, name }] of byCookie) {
    const entry = byName.get(key.slice(0, 8) + name);
    assert.deepEqual(entry, { ino, cookie: cookieOfKey(key) }, 'both records of an entry agree');
    links.set(ino, (links.get(ino) ?? 0) + 1);
  }
  for (const inode of inodeList) {
    const names = links.get(inode.ino) ?? 0;
    if (inode.type === 'directory') auditDirectory(inode, names, inodeList, byCookie);
    else assert.equal(inode.nlink, names, `links of inode ${inode.ino}`);
    links.delete(inode.ino);
  }
  assert.equal(links.size, 0, 'every name leads to an inode');
}

function auditDirectory(
  inode: DirectoryInode,
  names: number,
  inodeList: readonly Inode[],
  byCookie: ReadonlyMap<string, { ino: number }>,
): void {
  assert.equal(names, 1, 'a directory has one name');
  const inside = [...byCookie].filter(([key]) => key.startsWith(numberKey(inode.ino)));
  const below = inodeList.filter(
    (other) => other.type === 'directory' && other.parent === inode.ino && other.ino !== inode.ino,
  );
  assert.equal(inode.entryCount, inside.length, 'entries are counted');
  assert.equal(inode.nlink, 2 + below.length, 'each directory below is a link');
  for (const [key] of inside) assert(cookieOfKey(key) < inode.nextCookie, 'no cookie comes again');
}
