import type { Call, Ino, NodeType, Outcome } from '../history/call.ts';

/** What a worker believes about a name. */
export interface KnownName {
  /** Undefined where no reply has shown it yet. */
  readonly ino: Ino | undefined;
  readonly type: NodeType;
}

/** So many files without a known name are remembered, to meet them by their handles. */
const filesMax = 24;

/**
 * What is known about a part of the tree from the replies so far. Several workers share one: it is behind the truth by
 * what is under way, which is just what makes their calls collide.
 */
export class Knowledge {
  readonly roots: readonly Ino[];
  readonly #directories = new Map<Ino, Map<string, KnownName>>();
  readonly #files = new Map<Ino, NodeType>();

  constructor(roots: readonly Ino[]) {
    this.roots = roots;
    for (const ino of roots) this.#directories.set(ino, new Map());
  }

  /** Directories below the roots. */
  get subdirectories(): Ino[] {
    return [...this.#directories.keys()].filter((ino) => !this.roots.includes(ino));
  }

  names(directory: Ino): ReadonlyMap<string, KnownName> {
    return this.#directories.get(directory) ?? new Map<string, KnownName>();
  }

  /** Files and links that were seen, some of them removed meanwhile; the oldest first. */
  nodes(type: 'file' | 'symlink'): Ino[] {
    return [...this.#files].filter(([, of]) => of === type).map(([ino]) => ino);
  }

  learn(call: Call, outcome: Outcome): void {
    if (outcome.status === 'unknown') return;
    if (outcome.status === 'error') this.#learnError(call, outcome.code);
    else this.#learnSuccess(call, outcome.result.attributes, outcome.result.entries);
  }

  #learnSuccess(
    call: Call,
    attributes: { readonly ino: Ino; readonly type: NodeType } | undefined,
    entries: readonly (readonly [string, Ino])[] | undefined,
  ): void {
    switch (call.kind) {
      case 'lookup':
      case 'create':
      case 'mkdir':
        if (attributes !== undefined) this.#see(call.directory, call.name, attributes);
        return;
      case 'symlink':
        this.#set(call.directory, call.name, { ino: undefined, type: 'symlink' });
        return;
      case 'remove':
      case 'rmdir':
        this.#forget(call.directory, call.name);
        return;
      case 'link':
        this.#set(call.directory, call.name, { ino: call.file, type: 'file' });
        return;
      case 'rename': {
        const moved = this.names(call.directory).get(call.name);
        this.#forget(call.directory, call.name);
        if (moved !== undefined) this.#set(call.toDirectory, call.toName, moved);
        return;
      }
      case 'readdir':
        this.#compare(call.directory, entries ?? []);
        return;
      case 'write':
      case 'truncate':
      case 'read':
      case 'getattr':
      case 'readlink':
        return;
    }
  }

  #learnError(call: Call, code: string): void {
    if (code === 'ENOENT' && 'name' in call) this.#forget(call.directory, call.name);
    if (code !== 'ESTALE') return;
    if ('file' in call) this.#files.delete(call.file);
    if ('directory' in call && !this.roots.includes(call.directory)) {
      this.#directories.delete(call.directory);
    }
  }

  #see(directory: Ino, name: string, node: { readonly ino: Ino; readonly type: NodeType }): void {
    this.#set(directory, name, node);
    if (node.type === 'directory') {
      if (!this.#directories.has(node.ino)) this.#directories.set(node.ino, new Map());
      return;
    }
    this.#files.delete(node.ino);
    this.#files.set(node.ino, node.type);
    const [oldest] = this.#files.keys();
    if (this.#files.size > filesMax && oldest !== undefined) this.#files.delete(oldest);
  }

  #set(directory: Ino, name: string, node: KnownName): void {
    this.#directories.get(directory)?.set(name, node);
  }

  #forget(directory: Ino, name: string): void {
    const names = this.#directories.get(directory);
    const node = names?.get(name);
    names?.delete(name);
    // A removed directory is still met by its handle, until that proves stale.
    if (node?.ino !== undefined && node.type === 'directory')
      this.#directories.get(node.ino)?.clear();
  }

  /** Names that are gone are forgotten; a new one needs a LOOKUP before its type is known. */
  #compare(directory: Ino, entries: readonly (readonly [string, Ino])[]): void {
    const names = this.#directories.get(directory);
    const present = new Set(entries.map(([name]) => name));
    for (const name of [...(names?.keys() ?? [])]) if (!present.has(name)) names?.delete(name);
  }
}
