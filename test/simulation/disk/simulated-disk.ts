import type { FileStatus, FolderSpace } from '../../../environment/folder.ts';
import type { SeededRandom } from '../../../chaos/workload/seeded-random.ts';

/** A file or a folder. */
export interface Inode {
  readonly number: bigint;
  /** Undefined for a file. */
  readonly names: Map<string, Inode> | undefined;
  /** How many names it has. */
  links: number;
  /** Room for what a file holds; `lengthBytes` of it count. */
  bytes: Buffer;
  lengthBytes: number;
  /** What of a file survives a power cut for sure. */
  syncedBytes: number;
  /** What of a folder survives for sure. */
  readonly syncedNames: Map<string, Inode>;
  /** Changes of names since, in order. */
  readonly unsynced: NameChange[];
}

type NameChange = { readonly name: string; readonly inode: Inode | undefined };

/**
 * A file system of one machine that several processes share: a page cache, and what is on the disk below it. A process that
 * dies leaves what it had written; a power cut leaves what was synced, and of the rest whatever chance leaves: for each
 * folder the first of its changes, for each file the first of its bytes.
 */
export class SimulatedDisk {
  /** What all files may take together. */
  capacityBytes = 2 ** 40;
  usedBytes = 0;
  readonly #root: Inode;
  #numbers = 1n;

  /** `mounted`: a folder of the root that is there from the beginning. */
  constructor(mounted: string) {
    this.#root = this.makeFolder();
    this.setName(`/${mounted}`, this.makeFolder());
    this.sync(this.#root);
  }

  makeFolder(): Inode {
    return this.#make(new Map());
  }

  makeFile(): Inode {
    return this.#make(undefined);
  }

  find(path: string): Inode | undefined {
    let at: Inode | undefined = this.#root;
    // Every operation comes through here: no list of names is made.
    for (let start = 1; start < path.length; ) {
      if (at === undefined) return undefined;
      if (at.names === undefined) return fail('ENOTDIR', path);
      const slash = path.indexOf('/', start);
      const end = slash < 0 ? path.length : slash;
      at = at.names.get(path.slice(start, end));
      start = end + 1;
    }
    return at;
  }

  get(path: string): Inode {
    return this.find(path) ?? fail('ENOENT', path);
  }

  folder(path: string): Inode & { readonly names: Map<string, Inode> } {
    const inode = this.get(path);
    return isFolder(inode) ? inode : fail('ENOTDIR', path);
  }

  file(path: string): Inode {
    const inode = this.get(path);
    return isFolder(inode) ? fail('EISDIR', path) : inode;
  }

  status(path: string): FileStatus | undefined {
    const inode = this.find(path);
    if (inode === undefined) return undefined;
    return {
      inode: inode.number,
      sizeBytes: inode.lengthBytes,
      isDirectory: inode.names !== undefined,
    };
  }

  /** Gives the name to an inode, or to none. */
  setName(path: string, inode: Inode | undefined): void {
    const { parent, name } = split(path);
    const folder = this.folder(parent);
    const before = folder.names.get(name);
    if (inode === undefined) {
      folder.names.delete(name);
    } else {
      folder.names.set(name, inode);
      inode.links += 1;
    }
    if (before !== undefined) this.#unlink(before);
    folder.unsynced.push({ name, inode });
  }

  hasName(path: string): boolean {
    const { parent, name } = split(path);
    return this.folder(parent).names.has(name);
  }

  /** Throws ENOSPC where there is no room; then as much is written as fits, as by write(2). */
  append(file: Inode, bytes: Uint8Array): void {
    const room = Math.max(0, this.capacityBytes - this.usedBytes);
    const written = bytes.length <= room ? bytes : bytes.subarray(0, room);
    this.#grow(file, file.lengthBytes + written.length);
    file.bytes.set(written, file.lengthBytes - written.length);
    if (written.length < bytes.length) fail('ENOSPC', 'the disk');
  }

  resize(file: Inode, lengthBytes: number): void {
    if (lengthBytes - file.lengthBytes > this.capacityBytes - this.usedBytes) {
      fail('ENOSPC', 'the disk');
    }
    this.#grow(file, lengthBytes);
    file.syncedBytes = Math.min(file.syncedBytes, lengthBytes);
  }

  sync(inode: Inode): void {
    inode.syncedBytes = inode.lengthBytes;
    for (const { name, inode: named } of inode.unsynced) {
      if (named === undefined) inode.syncedNames.delete(name);
      else inode.syncedNames.set(name, named);
    }
    inode.unsynced.length = 0;
  }

  /** As ext4 and others have it: a new file that is synced has its name. */
  syncWithName(path: string, file: Inode): void {
    this.sync(file);
    const { parent, name } = split(path);
    const folder = this.find(parent);
    if (folder?.names?.get(name) !== file || folder.syncedNames.get(name) === file) return;
    folder.syncedNames.set(name, file);
  }

  space(): FolderSpace {
    const freeBytes = Math.max(0, this.capacityBytes - this.usedBytes);
    return { totalBytes: this.capacityBytes, freeBytes, availableBytes: freeBytes };
  }

  /** The current fails: what is not on the disk is lost. Nobody may use what was open before. */
  cutPower(random: SeededRandom): void {
    this.#recover(this.#root, random);
    this.usedBytes = 0;
    this.#count(this.#root);
  }

  #recover(inode: Inode, random: SeededRandom): void {
    inode.links = 0;
    if (inode.names === undefined) {
      inode.lengthBytes = random.integer(
        inode.syncedBytes,
        Math.max(inode.syncedBytes, inode.lengthBytes),
      );
      inode.syncedBytes = inode.lengthBytes;
      return;
    }
    const kept = random.integer(0, inode.unsynced.length);
    const names = new Map(inode.syncedNames);
    for (const { name, inode: named } of inode.unsynced.slice(0, kept)) {
      if (named === undefined) names.delete(name);
      else names.set(name, named);
    }
    inode.names.clear();
    inode.syncedNames.clear();
    inode.unsynced.length = 0;
    for (const [name, named] of names) {
      inode.names.set(name, named);
      inode.syncedNames.set(name, named);
    }
    for (const below of inode.names.values()) this.#recover(below, random);
  }

  #count(inode: Inode): void {
    inode.links += 1;
    if (inode.links > 1) return;
    this.usedBytes += inode.lengthBytes;
    for (const below of inode.names?.values() ?? []) this.#count(below);
  }

  /** One name less; without any its space is free, and what is below goes with a folder. */
  #unlink(inode: Inode): void {
    inode.links -= 1;
    if (inode.links > 0) return;
    this.usedBytes -= inode.lengthBytes;
    for (const below of inode.names?.values() ?? []) this.#unlink(below);
  }

  #grow(file: Inode, lengthBytes: number): void {
    if (file.links > 0) this.usedBytes += lengthBytes - file.lengthBytes;
    if (file.bytes.length < lengthBytes) {
      const larger = Buffer.alloc(Math.max(lengthBytes, 2 * file.bytes.length));
      file.bytes.copy(larger, 0, 0, file.lengthBytes);
      file.bytes = larger;
    } else if (lengthBytes > file.lengthBytes) {
      file.bytes.fill(0, file.lengthBytes, lengthBytes);
    }
    file.lengthBytes = lengthBytes;
  }

  #make(names: Map<string, Inode> | undefined): Inode {
    this.#numbers += 1n;
    return {
      number: this.#numbers,
      names,
      links: 0,
      bytes: Buffer.alloc(0),
      lengthBytes: 0,
      syncedBytes: 0,
      syncedNames: new Map(),
      unsynced: [],
    };
  }
}

function isFolder(inode: Inode): inode is Inode & { readonly names: Map<string, Inode> } {
  return inode.names !== undefined;
}

export function split(path: string): { readonly parent: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { parent: path.slice(0, at), name: path.slice(at + 1) };
}

export function fail(code: string, path: string): never {
  throw Object.assign(new Error(`${code}: ${path}`), { code });
}
