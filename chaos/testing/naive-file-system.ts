import type { Attributes, Call, Ino, Outcome } from '../history/call.ts';
import { blockBytes } from '../history/limits.ts';

interface Node {
  readonly ino: Ino;
  readonly type: 'file' | 'directory' | 'symlink';
  names: number;
  blocks: string[];
  target: string;
  readonly entries: Map<string, Node>;
  isGone: boolean;
}

/**
 * A file system in memory, as naive as can be and written without a look at the checker's model, so that the one is a
 * witness against the other's mistakes. Executes one call at a time.
 */
export class NaiveFileSystem {
  readonly #nodes = new Map<Ino, Node>();
  #nextIno = 1;

  /** Makes an empty directory that the workers start with. */
  addRoot(): Ino {
    return this.#new('directory').ino;
  }

  /** The answer that the call would get, and nothing else; an inode number that it shows is used up. */
  pretend(call: Call, id: string): Outcome {
    const copy = this.#copy();
    const outcome = copy.execute(call, id);
    this.#nextIno = copy.#nextIno;
    return outcome;
  }

  #copy(): NaiveFileSystem {
    const copy = new NaiveFileSystem();
    copy.#nextIno = this.#nextIno;
    const twins = new Map<Node, Node>();
    const twinOf = (node: Node): Node => {
      const known = twins.get(node);
      if (known !== undefined) return known;
      const twin = { ...node, blocks: [...node.blocks], entries: new Map<string, Node>() };
      twins.set(node, twin);
      for (const [name, entry] of node.entries) twin.entries.set(name, twinOf(entry));
      return twin;
    };
    for (const [ino, node] of this.#nodes) copy.#nodes.set(ino, twinOf(node));
    return copy;
  }

  /** `id` stamps what is written. */
  execute(call: Call, id: string): Outcome {
    switch (call.kind) {
      case 'write':
      case 'truncate':
      case 'read':
      case 'getattr':
      case 'readlink':
        return this.#content(call, id);
      case 'lookup':
      case 'create':
      case 'mkdir':
      case 'symlink':
      case 'remove':
      case 'rmdir':
      case 'rename':
      case 'link':
      case 'readdir':
        return this.#names(call);
    }
  }

  #content(
    call: Extract<Call, { kind: 'write' | 'truncate' | 'read' | 'getattr' | 'readlink' }>,
    id: string,
  ): Outcome {
    const node = this.#live(call.file);
    if (node === undefined) return failed('ESTALE');
    if (call.kind === 'getattr') return shown(node);
    if (call.kind === 'readlink') {
      if (node.type !== 'symlink') return failed('EINVAL');
      return { status: 'ok', result: { target: node.target } };
    }
    if (node.type === 'directory') return failed('EISDIR');
    if (node.type === 'symlink') return failed('EINVAL');
    if (call.kind === 'read') {
      const blocks = node.blocks.slice(call.block, call.block + call.blocks);
      return { status: 'ok', result: { attributes: attributes(node), blocks } };
    }
    if (call.kind === 'truncate') {
      node.blocks.length = Math.min(node.blocks.length, call.blocks);
      while (node.blocks.length < call.blocks) node.blocks.push('-');
      return shown(node);
    }
    while (node.blocks.length < call.block) node.blocks.push('-');
    for (let at = call.block; at < call.block + call.blocks; at += 1) node.blocks[at] = id;
    return shown(node);
  }

  #names(
    call: Exclude<Call, { kind: 'write' | 'truncate' | 'read' | 'getattr' | 'readlink' }>,
  ): Outcome {
    const directory = this.#live(call.directory);
    if (directory === undefined) return failed('ESTALE');
    if (directory.type !== 'directory') return failed('ENOTDIR');
    if (call.kind === 'readdir') {
      const entries = [...directory.entries].map(([name, { ino }]) => [name, ino] as const);
      return { status: 'ok', result: { entries } };
    }
    const found = directory.entries.get(call.name);
    switch (call.kind) {
      case 'lookup':
        return found === undefined ? failed('ENOENT') : shown(found);
      case 'create':
        if (found === undefined) return shown(this.#add(directory, call.name, 'file'));
        if (found.type !== 'file') return failed('EEXIST');
        found.blocks = [];
        return shown(found);
      case 'mkdir':
        return found === undefined
          ? shown(this.#add(directory, call.name, 'directory'))
          : failed('EEXIST');
      case 'symlink':
        if (found !== undefined) return failed('EEXIST');
        this.#add(directory, call.name, 'symlink').target = call.target;
        return { status: 'ok', result: {} };
      case 'remove':
        if (found === undefined) return failed('ENOENT');
        if (found.type === 'directory') return failed('EISDIR');
        drop(directory, call.name);
        return { status: 'ok', result: {} };
      case 'rmdir':
        if (found === undefined) return failed('ENOENT');
        if (found.type !== 'directory') return failed('ENOTDIR');
        if (found.entries.size > 0) return failed('ENOTEMPTY');
        drop(directory, call.name);
        return { status: 'ok', result: {} };
      case 'link': {
        const file = this.#live(call.file);
        if (file === undefined) return failed('ESTALE');
        if (file.type === 'directory') return failed('EISDIR');
        if (found !== undefined) return failed('EEXIST');
        directory.entries.set(call.name, file);
        file.names += 1;
        return { status: 'ok', result: {} };
      }
      case 'rename':
        return this.#rename(directory, found, call);
    }
  }

  #rename(from: Node, moved: Node | undefined, call: Extract<Call, { kind: 'rename' }>): Outcome {
    const to = this.#live(call.toDirectory);
    if (to === undefined) return failed('ESTALE');
    if (to.type !== 'directory') return failed('ENOTDIR');
    if (moved === undefined) return failed('ENOENT');
    const replaced = to.entries.get(call.toName);
    if (replaced === moved) return { status: 'ok', result: {} };
    if (contains(moved, to)) return failed('EINVAL');
    if (replaced !== undefined) {
      if (moved.type === 'directory' && replaced.type !== 'directory') return failed('ENOTDIR');
      if (moved.type !== 'directory' && replaced.type === 'directory') return failed('EISDIR');
      if (replaced.entries.size > 0) return failed('ENOTEMPTY');
      drop(to, call.toName);
    }
    from.entries.delete(call.name);
    to.entries.set(call.toName, moved);
    return { status: 'ok', result: {} };
  }

  #add(directory: Node, name: string, type: Node['type']): Node {
    const node = this.#new(type);
    directory.entries.set(name, node);
    return node;
  }

  #new(type: Node['type']): Node {
    const node: Node = {
      ino: this.#nextIno,
      type,
      names: 1,
      blocks: [],
      target: '',
      entries: new Map(),
      isGone: false,
    };
    this.#nextIno += 1;
    this.#nodes.set(node.ino, node);
    return node;
  }

  #live(ino: Ino): Node | undefined {
    const node = this.#nodes.get(ino);
    return node?.isGone === false ? node : undefined;
  }
}

function drop(directory: Node, name: string): void {
  const node = directory.entries.get(name);
  directory.entries.delete(name);
  if (node === undefined) return;
  node.names -= 1;
  if (node.names === 0) node.isGone = true;
}

function contains(above: Node, below: Node): boolean {
  return above === below || [...above.entries.values()].some((node) => contains(node, below));
}

function attributes(node: Node): Attributes {
  return {
    ino: node.ino,
    type: node.type,
    links: node.type === 'directory' ? 2 + subdirectories(node) : node.names,
    sizeBytes: node.type === 'file' ? node.blocks.length * blockBytes : 0,
  };
}

function subdirectories(node: Node): number {
  return [...node.entries.values()].filter(({ type }) => type === 'directory').length;
}

function shown(node: Node): Outcome {
  return { status: 'ok', result: { attributes: attributes(node) } };
}

function failed(code: string): Outcome {
  return { status: 'error', code };
}
