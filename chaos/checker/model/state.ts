import type { Ino } from '../../history/call.ts';

/**
 * Names a node in the model: its inode number, or, while no reply has shown that (SYMLINK's has no attributes, a lost
 * reply shows nothing), a name of the model's own, bound to the number when the first reply shows it.
 */
export type NodeId = Ino | UnseenId;
/** `?` and the id of the operation that made the node. */
export type UnseenId = `?${string}`;

export interface FileNode {
  readonly type: 'file';
  /** Number of names, at least 1: a node without a name is not in the state. */
  readonly links: number;
  /** A stamp for each block up to the end of the file. */
  readonly blocks: readonly string[];
}

export interface SymlinkNode {
  readonly type: 'symlink';
  readonly links: number;
  readonly target: string;
}

export interface DirectoryNode {
  readonly type: 'directory';
  readonly entries: ReadonlyMap<string, NodeId>;
  /** Undefined for the roots that a history starts with. */
  readonly parent: NodeId | undefined;
}

export type ModelNode = FileNode | SymlinkNode | DirectoryNode;

/** What to change: an undefined node is gone. */
export type NodeChanges = ReadonlyMap<NodeId, ModelNode | undefined>;

type Bucket = ReadonlyMap<NodeId, ModelNode>;

/** Nodes lie in so many small maps, so that a change copies little. A power of two. */
const bucketCount = 32;
const emptyBucket: Bucket = new Map();

/** All live nodes of a file system at one moment. Never changes; `with` gives another one. */
export class ModelState {
  /** 32 bits, equal for equal states. The sum over the nodes, so that a change costs only what it changes. */
  readonly hash: number;
  readonly #buckets: readonly Bucket[];

  private constructor(buckets: readonly Bucket[], hash: number) {
    this.#buckets = buckets;
    this.hash = hash;
  }

  /** Empty directories. */
  static ofRoots(roots: Iterable<Ino>): ModelState {
    const buckets = Array.from({ length: bucketCount }, () => emptyBucket);
    const root: DirectoryNode = { type: 'directory', entries: new Map(), parent: undefined };
    return new ModelState(buckets, 0).with(new Map([...roots].map((ino) => [ino, root])));
  }

  get(id: NodeId): ModelNode | undefined {
    return this.#buckets[bucketOf(id)]?.get(id);
  }

  has(id: NodeId): boolean {
    return this.get(id) !== undefined;
  }

  with(changes: NodeChanges): ModelState {
    const buckets = [...this.#buckets];
    let { hash } = this;
    for (const [id, node] of changes) {
      const at = bucketOf(id);
      const bucket = new Map(buckets[at]);
      const before = bucket.get(id);
      if (before !== undefined) hash = (hash - nodeHash(id, before)) | 0;
      if (node === undefined) {
        bucket.delete(id);
      } else {
        bucket.set(id, node);
        hash = (hash + nodeHash(id, node)) | 0;
      }
      buckets[at] = bucket;
    }
    return new ModelState(buckets, hash);
  }

  /** The node that was only `unseen` so far turns out to have the inode number `ino`. */
  bind(unseen: UnseenId, ino: Ino): ModelState {
    const changes = new Map<NodeId, ModelNode | undefined>();
    for (const bucket of this.#buckets) {
      for (const [id, node] of bucket) {
        const after = rebound(node, unseen, ino);
        if (id === unseen) changes.set(unseen, undefined).set(ino, after);
        else if (after !== node) changes.set(id, after);
      }
    }
    return this.with(changes);
  }

  equals(other: ModelState): boolean {
    if (this === other) return true;
    if (this.hash !== other.hash) return false;
    return this.#buckets.every((bucket, at) => isSameBucket(bucket, other.#buckets[at]));
  }
}

function bucketOf(id: NodeId): number {
  return idHash(id) & (bucketCount - 1);
}

function isSameBucket(one: Bucket, other: Bucket | undefined): boolean {
  if (one === other) return true;
  if (one.size !== other?.size) return false;
  for (const [id, node] of one) {
    const twin = other.get(id);
    if (twin === undefined || (twin !== node && nodeKey(twin) !== nodeKey(node))) return false;
  }
  return true;
}

function rebound(node: ModelNode, unseen: UnseenId, ino: Ino): ModelNode {
  if (node.type !== 'directory') return node;
  if (node.parent !== unseen && ![...node.entries.values()].includes(unseen)) return node;
  const entries = [...node.entries].map(([name, id]) => [name, id === unseen ? ino : id] as const);
  return { ...node, entries: new Map(entries), parent: node.parent === unseen ? ino : node.parent };
}

interface NodeIdentity {
  readonly key: string;
  readonly hash: number;
}

// Most nodes are shared by many states.
const identities = new WeakMap<ModelNode, NodeIdentity>();

function identityOf(node: ModelNode): NodeIdentity {
  const known = identities.get(node);
  if (known !== undefined) return known;
  const key = makeNodeKey(node);
  const identity = { key, hash: hashOf(key) };
  identities.set(node, identity);
  return identity;
}

function nodeKey(node: ModelNode): string {
  return identityOf(node).key;
}

function nodeHash(id: NodeId, node: ModelNode): number {
  const ofId = idHash(id);
  return ofId ^ Math.imul(identityOf(node).hash ^ ofId, 0xc2b2ae35);
}

function idHash(id: NodeId): number {
  const hash = typeof id === 'number' ? Math.imul(id, 0x9e3779b1) : hashOf(id);
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash;
}

function makeNodeKey(node: ModelNode): string {
  switch (node.type) {
    case 'file':
      return `=${node.links}[${node.blocks.join(',')}]`;
    case 'symlink':
      return `>${node.links}${JSON.stringify(node.target)}`;
    case 'directory': {
      const entries = [...node.entries].map(([name, id]) => `${JSON.stringify(name)}:${id}`);
      return `/${node.parent ?? ''}{${entries.sort().join(',')}}`;
    }
  }
}
