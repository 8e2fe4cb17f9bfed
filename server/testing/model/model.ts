import type { SetAttributes } from '../../file-system/attributes.ts';
import type { Principal } from '../../file-system/principal.ts';
import type { Device, NodeType } from '../../file-system/records/inode.ts';
import type { FailureStatus } from '../../file-system/status.ts';

/** A file system as plain objects: what the real one is compared with. No records, no cookies, no spans, no quota. */
export class ModelNode {
  readonly type: 'regular' | 'directory' | 'symlink' | NodeType;
  mode: number;
  uid: number;
  gid: number;
  data: Buffer = Buffer.alloc(0);
  readonly entries = new Map<string, ModelNode>();
  parent: ModelNode | undefined;
  target = '';
  device: Device = { major: 0, minor: 0 };
  verifier = '';
  names = 1;

  constructor(type: ModelNode['type'], mode: number, uid: number, gid: number) {
    this.type = type;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
  }

  get isDirectory(): boolean {
    return this.type === 'directory';
  }

  get nlink(): number {
    if (!this.isDirectory) return this.names;
    return 2 + [...this.entries.values()].filter((node) => node.isDirectory).length;
  }
}

export type ModelOutcome = FailureStatus | ModelNode | 'ok';

const nameOf = (name: string): FailureStatus | undefined => {
  if (name.length > 255) return 'NAMETOOLONG';
  return name === '' || /[/\0]/.test(name) ? 'BADNAME' : undefined;
};

export class Model {
  readonly root: ModelNode;

  constructor(root = new ModelNode('directory', 0o1777, 0, 0)) {
    this.root = root;
    this.root.parent = this.root;
  }

  /** A model of the same, and which node is which in it. */
  copy(): { readonly model: Model; readonly nodes: ReadonlyMap<ModelNode, ModelNode> } {
    const nodes = new Map<ModelNode, ModelNode>();
    return { model: new Model(copyNode(this.root, nodes)), nodes };
  }

  lookup(who: Principal, directory: ModelNode, name: string): ModelOutcome {
    const opened = enter(who, directory);
    if (opened !== undefined) return opened;
    if (name === '.') return directory;
    if (name === '..') return directory.parent ?? 'STALE';
    return nameOf(name) ?? directory.entries.get(name) ?? 'NOENT';
  }

  make(
    who: Principal,
    directory: ModelNode,
    name: string,
    node: { type: ModelNode['type']; target?: string; device?: Device },
    asked: SetAttributes,
  ): ModelOutcome {
    const refused = this.#refusesNew(who, directory, name);
    if (refused !== undefined) return refused;
    if (directory.entries.has(name)) return 'EXIST';
    if (node.type === 'symlink' && node.target === '') return 'NOENT';
    if ((node.type === 'block' || node.type === 'character') && who.uid !== 0) return 'PERM';
    return this.#add(who, directory, name, node, asked);
  }

  create(
    who: Principal,
    directory: ModelNode,
    name: string,
    how: { mode: string; attributes: SetAttributes; verifier?: string },
  ): ModelOutcome {
    const refused = this.#refusesNew(who, directory, name);
    if (refused !== undefined) return refused;
    const existing = directory.entries.get(name);
    if (existing === undefined) {
      const asked = how.mode === 'exclusive' ? { mode: 0o600 } : how.attributes;
      const made = this.#add(who, directory, name, { type: 'regular' }, asked);
      made.verifier = how.mode === 'exclusive' ? (how.verifier ?? '') : '';
      return made;
    }
    if (how.mode === 'guarded') return 'EXIST';
    if (how.mode === 'exclusive') {
      return existing.verifier !== '' && existing.verifier === how.verifier ? existing : 'EXIST';
    }
    if (existing.isDirectory) return 'ISDIR';
    if (existing.type !== 'regular') return 'EXIST';
    if (how.attributes.size === undefined) return existing;
    const resized = this.setAttributes(who, existing, { size: how.attributes.size });
    return resized === 'ok' ? existing : resized;
  }

  link(who: Principal, node: ModelNode, directory: ModelNode, name: string): ModelOutcome {
    if (node.names === 0) return 'STALE';
    const refused = this.#refusesNew(who, directory, name);
    if (refused !== undefined) return refused;
    if (node.isDirectory) return 'PERM';
    if (directory.entries.has(name)) return 'EXIST';
    directory.entries.set(name, node);
    node.names += 1;
    return 'ok';
  }

  remove(who: Principal, directory: ModelNode, name: string, asDirectory: boolean): ModelOutcome {
    if (!asDirectory && (name === '.' || name === '..')) return 'ISDIR';
    if (name === '.') return 'DOTNAME';
    if (name === '..') return 'NOTEMPTY';
    const refused = enter(who, directory) ?? nameOf(name);
    if (refused !== undefined) return refused;
    const node = directory.entries.get(name);
    if (node === undefined) return 'NOENT';
    if (!can(who, directory, 2)) return 'ACCES';
    if (isStuck(who, directory, node)) return 'PERM';
    if (!asDirectory && node.isDirectory) return 'ISDIR';
    if (asDirectory && !node.isDirectory) return 'NOTDIR';
    if (node.entries.size > 0) return 'NOTEMPTY';
    directory.entries.delete(name);
    node.names -= 1;
    return 'ok';
  }

  rename(
    who: Principal,
    from: ModelNode,
    fromName: string,
    to: ModelNode,
    toName: string,
  ): ModelOutcome {
    for (const directory of [from, to]) {
      if (directory.names === 0) return 'STALE';
      if (!directory.isDirectory) return 'NOTDIR';
    }
    for (const name of [fromName, toName]) {
      const refused = /^\.\.?$/.test(name) ? 'DOTNAME' : nameOf(name);
      if (refused !== undefined) return refused;
    }
    if (!can(who, from, 1) || !can(who, to, 1)) return 'ACCES';
    const node = from.entries.get(fromName);
    if (node === undefined) return 'NOENT';
    const target = to.entries.get(toName);
    if (target === node) return 'ok';
    const refused = refusesMove(who, from, to, node, target);
    if (refused !== undefined) return refused;
    from.entries.delete(fromName);
    if (target !== undefined) target.names -= 1;
    to.entries.set(toName, node);
    if (node.isDirectory) node.parent = to;
    return 'ok';
  }

  setAttributes(who: Principal, node: ModelNode, asked: SetAttributes): ModelOutcome {
    if (node.names === 0) return 'STALE';
    const owns = who.uid === 0 || who.uid === node.uid;
    const { size, mode, uid, gid } = asked;
    if (size !== undefined) {
      if (node.isDirectory) return 'ISDIR';
      if (node.type !== 'regular') return 'INVAL';
      if (!owns && !can(who, node, 2)) return 'ACCES';
    }
    if (mode !== undefined && !owns) return 'PERM';
    if ((uid !== undefined || gid !== undefined) && who.uid !== 0) {
      if (!owns || (uid !== undefined && uid !== node.uid)) return 'PERM';
      if (gid !== undefined && gid !== node.gid && !isIn(who, gid)) return 'PERM';
    }
    for (const time of [asked.atime, asked.mtime]) {
      if (time === undefined || owns) continue;
      if (time !== 'now') return 'PERM';
      if (!can(who, node, 2)) return 'ACCES';
    }
    if (size !== undefined) {
      const kept = node.data.subarray(0, size);
      node.data = Buffer.concat([kept, Buffer.alloc(size - kept.length)]);
      dropSetId(who, node);
    }
    const oldGid = node.gid;
    node.uid = uid ?? node.uid;
    node.gid = gid ?? node.gid;
    if (node.type === 'symlink') return 'ok';
    if (mode !== undefined) {
      node.mode = mode;
      if (who.uid !== 0 && !isIn(who, node.gid)) node.mode &= ~0o2000;
    }
    if ((uid !== undefined || gid !== undefined) && !node.isDirectory) dropBits(who, node, oldGid);
    return 'ok';
  }

  write(who: Principal, node: ModelNode, offset: number, data: Buffer): ModelOutcome {
    if (node.names === 0) return 'STALE';
    if (node.isDirectory) return 'ISDIR';
    if (node.type !== 'regular') return 'INVAL';
    if (who.uid !== 0 && who.uid !== node.uid && !can(who, node, 2)) return 'ACCES';
    if (data.length === 0) return 'ok';
    const end = offset + data.length;
    const next = Buffer.alloc(Math.max(node.data.length, end));
    node.data.copy(next);
    data.copy(next, offset);
    node.data = next;
    dropSetId(who, node);
    return 'ok';
  }

  read(who: Principal, node: ModelNode): ModelOutcome {
    if (node.names === 0) return 'STALE';
    if (node.isDirectory) return 'ISDIR';
    if (node.type !== 'regular') return 'INVAL';
    const may = who.uid === 0 || who.uid === node.uid || can(who, node, 4) || can(who, node, 1);
    return may ? 'ok' : 'ACCES';
  }

  /** What ACCESS tells: read, write, execute; undefined: it is gone. */
  rights(who: Principal, node: ModelNode): readonly [boolean, boolean, boolean] | undefined {
    if (node.names === 0) return undefined;
    const mayExecute = can(who, node, 1);
    return [can(who, node, 4), can(who, node, 2) && (mayExecute || !node.isDirectory), mayExecute];
  }

  #refusesNew(who: Principal, directory: ModelNode, name: string): FailureStatus | undefined {
    if (directory.names === 0) return 'STALE';
    if (!directory.isDirectory) return 'NOTDIR';
    if (name === '.' || name === '..') return 'EXIST';
    const refused = nameOf(name);
    if (refused !== undefined) return refused;
    if (!can(who, directory, 1)) return 'ACCES';
    return directory.entries.has(name) || can(who, directory, 2) ? undefined : 'ACCES';
  }

  #add(
    who: Principal,
    directory: ModelNode,
    name: string,
    node: { type: ModelNode['type']; target?: string; device?: Device },
    asked: SetAttributes,
  ): ModelNode {
    const inherits = (directory.mode & 0o2000) !== 0;
    const mayGive = asked.gid !== undefined && (who.uid === 0 || isIn(who, asked.gid));
    const gid = mayGive ? (asked.gid ?? 0) : inherits ? directory.gid : who.gid;
    const uid = who.uid === 0 ? (asked.uid ?? 0) : who.uid;
    let mode = asked.mode ?? (node.type === 'directory' ? 0o755 : 0o644);
    if (node.type === 'symlink') mode = 0o777;
    else if (node.type === 'directory') mode |= inherits ? 0o2000 : 0;
    else if (who.uid !== 0 && !isIn(who, gid)) mode &= ~0o2000;
    const made = new ModelNode(node.type, mode, uid, gid);
    made.target = node.target ?? '';
    made.device = node.device ?? made.device;
    made.data = Buffer.alloc(node.type === 'regular' ? (asked.size ?? 0) : 0);
    if (made.isDirectory) made.parent = directory;
    directory.entries.set(name, made);
    return made;
  }
}

function copyNode(node: ModelNode, nodes: Map<ModelNode, ModelNode>): ModelNode {
  const known = nodes.get(node);
  if (known !== undefined) return known;
  const copy = new ModelNode(node.type, node.mode, node.uid, node.gid);
  nodes.set(node, copy);
  const { data, target, device, verifier, names, parent } = node;
  Object.assign(copy, { data, target, device, verifier, names });
  copy.parent = parent === undefined ? undefined : copyNode(parent, nodes);
  for (const [name, child] of node.entries) copy.entries.set(name, copyNode(child, nodes));
  return copy;
}

function enter(who: Principal, directory: ModelNode): FailureStatus | undefined {
  if (directory.names === 0) return 'STALE';
  if (!directory.isDirectory) return 'NOTDIR';
  return can(who, directory, 1) ? undefined : 'ACCES';
}

function isIn(who: Principal, gid: number): boolean {
  return who.gid === gid || who.groups.includes(gid);
}

function can(who: Principal, node: ModelNode, bit: 1 | 2 | 4): boolean {
  if (who.uid === 0) return bit !== 1 || node.isDirectory || (node.mode & 0o111) !== 0;
  const shift = who.uid === node.uid ? 6 : isIn(who, node.gid) ? 3 : 0;
  return ((node.mode >> shift) & bit) !== 0;
}

function isStuck(who: Principal, directory: ModelNode, node: ModelNode): boolean {
  return (directory.mode & 0o1000) !== 0 &&
    ![0, node.uid, directory.uid].some((uid) => uid === who.uid)
    ? true
    : false;
}

function refusesMove(
  who: Principal,
  from: ModelNode,
  to: ModelNode,
  node: ModelNode,
  target: ModelNode | undefined,
): FailureStatus | undefined {
  const reparents = node.isDirectory && from !== to;
  for (let at = to; reparents; at = at.parent ?? at) {
    if (at === node) return 'INVAL';
    if (at.parent === at) break;
  }
  if (!can(who, from, 2) || !can(who, to, 2)) return 'ACCES';
  if (isStuck(who, from, node)) return 'PERM';
  if (target !== undefined) {
    if (isStuck(who, to, target)) return 'PERM';
    if (node.isDirectory && !target.isDirectory) return 'NOTDIR';
    if (!node.isDirectory && target.isDirectory) return 'ISDIR';
    if (target.entries.size > 0) return 'NOTEMPTY';
  }
  return reparents && !can(who, node, 2) ? 'ACCES' : undefined;
}

function dropSetId(who: Principal, node: ModelNode): void {
  if (who.uid !== 0) dropBits(who, node, node.gid);
}

function dropBits(who: Principal, node: ModelNode, gid: number): void {
  node.mode &= ~0o4000;
  const locks = (node.mode & 0o010) === 0 && (who.uid === 0 || isIn(who, gid));
  if (!locks) node.mode &= ~0o2000;
}
