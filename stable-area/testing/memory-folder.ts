import { strict as assert } from 'node:assert';
import type {
  AppendFile,
  FileStatus,
  Folder,
  FolderSpace,
  ReadFile,
} from '../../environment/folder.ts';

interface Node {
  readonly inode: bigint;
  /** Undefined for a folder. */
  bytes: Buffer | undefined;
}

/** A folder tree in memory that several processes share, each through a {@link memoryFolder} of its own. */
export class MemoryTree {
  readonly nodes = new Map<string, Node>([['/', { inode: 1n, bytes: undefined }]]);
  /** What the files of all processes may take together. */
  capacityBytes = 2 ** 40;
  #lastInode = 1n;

  makeNode(bytes: Buffer | undefined): Node {
    this.#lastInode += 1n;
    return { inode: this.#lastInode, bytes };
  }

  usedBytes(): number {
    const sizes = new Map<bigint, number>();
    for (const { inode, bytes } of this.nodes.values()) sizes.set(inode, bytes?.length ?? 0);
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
}

export type FolderStep = (operation: string, path: string) => Promise<void> | void;

export interface FolderSteps {
  /** Called before each operation takes effect, and after; may wait, throw, or never come back (the process has died). */
  readonly before?: FolderStep;
  readonly after?: FolderStep;
}

/** What one process sees of the tree. Nothing is ever lost here: a process that dies leaves what it had done. */
export function memoryFolder(tree: MemoryTree, steps: FolderSteps = {}): Folder {
  const { nodes } = tree;

  async function step<T>(operation: string, path: string, act: () => T): Promise<T> {
    await steps.before?.(operation, path);
    const result = act();
    await steps.after?.(operation, path);
    return result;
  }

  const find = (path: string): Node => nodes.get(path) ?? fail('ENOENT', path);
  const bytesOf = (path: string): Buffer => find(path).bytes ?? fail('EISDIR', path);
  const assertFree = (path: string): void => {
    if (nodes.has(path)) fail('EEXIST', path);
    if (find(parentOf(path)).bytes !== undefined) fail('ENOTDIR', path);
  };
  const assertRoom = (bytes: number): void => {
    if (tree.usedBytes() + bytes > tree.capacityBytes) fail('ENOSPC', 'the tree');
  };
  const create = (path: string, bytes: Uint8Array): void => {
    assertFree(path);
    assertRoom(bytes.length);
    nodes.set(path, tree.makeNode(Buffer.from(bytes)));
  };
  const statusOf = (path: string): FileStatus | undefined => {
    const node = nodes.get(path);
    if (node === undefined) return undefined;
    const { inode, bytes } = node;
    return { inode, sizeBytes: bytes?.length ?? 0, isDirectory: bytes === undefined };
  };
  const below = (path: string): string[] =>
    [...nodes.keys()].filter((name) => name.startsWith(`${path}/`));

  return {
    list: (path) =>
      step('list', path, () => {
        if (find(path).bytes !== undefined) fail('ENOTDIR', path);
        const names = below(path).map((name) => name.slice(path.length + 1));
        return names.filter((name) => !name.includes('/'));
      }),
    status: (path) => step('status', path, () => statusOf(path)),
    readFile: (path) => step('readFile', path, () => Buffer.from(bytesOf(path))),
    writeFileSynced: (path, bytes) => step('writeFileSynced', path, () => create(path, bytes)),
    copyFileSynced: (from, to) => step('copyFileSynced', to, () => create(to, bytesOf(from))),
    link: (from, to) =>
      step('link', to, () => {
        const node = find(from);
        assertFree(to);
        nodes.set(to, node);
      }),
    rename: (from, to) =>
      step('rename', to, () => {
        const node = find(from);
        assertFree(to);
        for (const path of below(from)) {
          nodes.set(to + path.slice(from.length), find(path));
          nodes.delete(path);
        }
        nodes.set(to, node);
        nodes.delete(from);
      }),
    unlink: (path) =>
      step('unlink', path, () => {
        nodes.delete(path);
      }),
    makeFolder: (path) =>
      step('makeFolder', path, () => {
        const parts = path.split('/').slice(1);
        parts.forEach((_, index) => {
          const folder = `/${parts.slice(0, index + 1).join('/')}`;
          if (!nodes.has(folder)) nodes.set(folder, tree.makeNode(undefined));
        });
      }),
    removeTree: (path) =>
      step('removeTree', path, () => {
        for (const name of [...below(path), path]) nodes.delete(name);
      }),
    syncFolder: (path) =>
      step('syncFolder', path, () => {
        find(path);
      }),
    space: (path) =>
      step('space', path, (): FolderSpace => {
        const freeBytes = Math.max(0, tree.capacityBytes - tree.usedBytes());
        return { totalBytes: tree.capacityBytes, freeBytes, availableBytes: freeBytes };
      }),
    preallocate: (path, sizeBytes) =>
      step('preallocate', path, () => {
        assertRoom(sizeBytes - (nodes.get(path)?.bytes?.length ?? 0));
        if (nodes.has(path)) find(path).bytes = Buffer.alloc(sizeBytes);
        else create(path, Buffer.alloc(sizeBytes));
      }),
    openAppend: (path) =>
      step('openAppend', path, (): AppendFile => {
        if (!nodes.has(path)) create(path, Buffer.alloc(0));
        const node = find(path);
        return {
          append: (buffers) =>
            step('append', path, () => {
              const added = Buffer.concat(buffers);
              assertRoom(added.length);
              const offset = node.bytes?.length ?? 0;
              node.bytes = Buffer.concat([node.bytes ?? Buffer.alloc(0), added]);
              return offset;
            }),
          sync: () => step('sync', path, () => undefined),
          close: () => Promise.resolve(),
        };
      }),
    openRead: (path) =>
      step('openRead', path, (): ReadFile => {
        const node = find(path);
        if (node.bytes === undefined) fail('EISDIR', path);
        const readNow = (offset: number, length: number): Buffer =>
          node.bytes?.subarray(offset, offset + length) ?? fail('EISDIR', path);
        return {
          read: (offset, length) => Promise.resolve(readNow(offset, length)),
          readNow,
          close: () => Promise.resolve(),
        };
      }),
  };
}

function parentOf(path: string): string {
  assert(path.startsWith('/'));
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function fail(code: string, path: string): never {
  throw Object.assign(new Error(`${code}: ${path}`), { code });
}
