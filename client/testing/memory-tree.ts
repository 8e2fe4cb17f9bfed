import { Ftype, NfsStat } from '../../protocol/generated/nfs2.ts';

/** A file, directory or link in memory. */
export interface MemoryNode {
  readonly inode: number;
  readonly type: Ftype;
  mode: number;
  uid: number;
  gid: number;
  links: number;
  content: Buffer;
  readonly target: string;
  readonly entries: Map<string, MemoryNode>;
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
}

/** What a real server would answer with this status. */
export class Refusal extends Error {
  readonly status: Exclude<NfsStat, typeof NfsStat.NFS_OK>;

  constructor(status: Exclude<NfsStat, typeof NfsStat.NFS_OK>) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** The naive file system behind the fake server: a tree of objects, one step of its clock for each change. */
export class MemoryTree {
  readonly root: MemoryNode;
  readonly #nodes = new Map<number, MemoryNode>();
  #lastInode = 1;
  #nowMs = 1_700_000_000_000;

  constructor() {
    this.root = this.make(Ftype.NFDIR, 0o755);
    this.root.links = 2;
  }

  make(type: Ftype, mode: number, target = ''): MemoryNode {
    this.#lastInode += 1;
    const now = this.tick();
    const node: MemoryNode = {
      inode: this.#lastInode,
      type,
      mode,
      uid: 1000,
      gid: 1000,
      links: 0,
      content: Buffer.alloc(0),
      target,
      entries: new Map(),
      atimeMs: now,
      mtimeMs: now,
      ctimeMs: now,
    };
    this.#nodes.set(node.inode, node);
    return node;
  }

  tick(): number {
    this.#nowMs += 1;
    return this.#nowMs;
  }

  byInode(inode: number): MemoryNode {
    return this.#nodes.get(inode) ?? refuse(NfsStat.NFSERR_STALE);
  }

  directory(inode: number): MemoryNode {
    const node = this.byInode(inode);
    return node.type === Ftype.NFDIR ? node : refuse(NfsStat.NFSERR_NOTDIR);
  }

  find(directory: MemoryNode, name: string): MemoryNode {
    return directory.entries.get(name) ?? refuse(NfsStat.NFSERR_NOENT);
  }

  add(directory: MemoryNode, name: string, node: MemoryNode): void {
    if (directory.entries.has(name)) refuse(NfsStat.NFSERR_EXIST);
    this.set(directory, name, node);
  }

  set(directory: MemoryNode, name: string, node: MemoryNode): void {
    directory.entries.set(name, node);
    node.links += node.type === Ftype.NFDIR ? 2 : 1;
    this.#touch(directory, node);
  }

  unlink(directory: MemoryNode, name: string): void {
    const node = this.find(directory, name);
    if (node.type === Ftype.NFDIR && node.entries.size > 0) refuse(NfsStat.NFSERR_NOTEMPTY);
    directory.entries.delete(name);
    node.links -= node.type === Ftype.NFDIR ? 2 : 1;
    if (node.links === 0) this.#nodes.delete(node.inode);
    this.#touch(directory, node);
  }

  rename(from: MemoryNode, fromName: string, to: MemoryNode, toName: string): void {
    const node = this.find(from, fromName);
    const there = to.entries.get(toName);
    if (there === node) return;
    // Otherwise it would contain itself, and whoever walks through it would never come to an end.
    if (holds(node, to)) refuse(NfsStat.NFSERR_INVAL);
    if (there !== undefined) {
      if (there.type === Ftype.NFDIR && node.type !== Ftype.NFDIR) refuse(NfsStat.NFSERR_ISDIR);
      if (there.type !== Ftype.NFDIR && node.type === Ftype.NFDIR) refuse(NfsStat.NFSERR_NOTDIR);
      this.unlink(to, toName);
    }
    from.entries.delete(fromName);
    to.entries.set(toName, node);
    this.#touch(from, to, node);
  }

  #touch(...nodes: MemoryNode[]): void {
    const now = this.tick();
    for (const node of nodes) {
      node.ctimeMs = now;
      if (node.type === Ftype.NFDIR) node.mtimeMs = now;
    }
  }
}

/** Whether the second is the first, or somewhere below it. */
function holds(node: MemoryNode, other: MemoryNode): boolean {
  return node === other || [...node.entries.values()].some((entry) => holds(entry, other));
}

export function refuse(status: Exclude<NfsStat, typeof NfsStat.NFS_OK>): never {
  throw new Refusal(status);
}
