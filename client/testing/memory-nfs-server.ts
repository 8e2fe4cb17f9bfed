import { dispatchMountProgramV1 } from '../../protocol/generated/mount.ts';
import {
  type Createargs,
  type Diropres,
  dispatchNfsProgramV2,
  type Fattr,
  Ftype,
  NFS_DONT_SET,
  NfsStat,
  type NfsProgramV2Handlers,
  type NfsTime,
  type Sattr,
} from '../../protocol/generated/nfs2.ts';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import type { DispatchTable, Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { type MemoryNode, MemoryTree, Refusal, refuse } from './memory-tree.ts';

const entriesPerPage = 7;
const typeBits = { [Ftype.NFDIR]: 0o040000, [Ftype.NFLNK]: 0o120000, [Ftype.NFREG]: 0o100000 };

/** Called before each procedure; what it gives is the answer, and nothing is executed. */
export type Interception = (procedure: string, args: unknown) => NfsStat | undefined;

/**
 * An NFS version 2 server in memory, as a caller: arguments and results go through their codecs, so that what the client
 * sends is what a real server would see. No permissions, no durability.
 */
export class MemoryNfsServer implements RpcCaller {
  readonly tree = new MemoryTree();
  /** Names of the procedures called so far. */
  readonly calls: string[] = [];
  /** The most calls that were under way at once. */
  concurrencyMax = 0;
  intercept: Interception = () => undefined;
  /** Runs in the middle of each call. */
  pause: (procedure: string) => Promise<void> = () => Promise.resolve();
  /** Runs between the execution of a call and its answer. */
  answered: () => Promise<void> = () => Promise.resolve();
  /** Changes every handle, as if all volumes had been restored from a backup. */
  generation = 1;
  #running = 0;
  readonly #tables: readonly DispatchTable<undefined>[];

  constructor(exportPath = '/home') {
    this.#tables = [
      dispatchNfsProgramV2<undefined>(this.#nfs()),
      dispatchMountProgramV1<undefined>({
        mountprocNull: () => undefined,
        mountprocMnt: (path) =>
          path === exportPath
            ? { status: 0, directory: this.handleOf(this.tree.root) }
            : { status: 2 },
        mountprocDump: () => [],
        mountprocUmnt: () => undefined,
        mountprocUmntall: () => undefined,
        mountprocExport: () => [{ directory: exportPath, groups: [] }],
      }),
    ];
  }

  async call<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
  ): Promise<Result> {
    const bytes = encodeToBuffer(procedure.arguments, args);
    this.calls.push(procedure.name);
    this.#running += 1;
    this.concurrencyMax = Math.max(this.concurrencyMax, this.#running);
    try {
      await this.pause(procedure.name);
      // In a later turn, as any answer from outside.
      await new Promise((resolve) => setImmediate(resolve));
      const result = this.#answer(version, procedure, bytes);
      await this.answered();
      return result;
    } finally {
      this.#running -= 1;
    }
  }

  handleOf(node: MemoryNode): Buffer {
    const handle = Buffer.alloc(32);
    handle.writeUInt32BE(this.generation, 0);
    handle.writeUInt32BE(node.inode, 4);
    return handle;
  }

  #answer<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    bytes: Buffer,
  ): Result {
    const args = decodeAll(procedure.arguments, bytes);
    if (!args.ok) throw new Error(`arguments of ${procedure.name}: ${args.failure.detail}`);
    const table = this.#tables.find((each) => each.version.program === version.program);
    const row = table?.rows.get(procedure.number);
    const value = this.#execute(procedure.name, args.value, () =>
      row?.handle(args.value, undefined),
    );
    const result = decodeAll(procedure.result, encodeToBuffer(procedure.result, value as Result));
    if (!result.ok) throw new Error(`result of ${procedure.name}: ${result.failure.detail}`);
    return result.value;
  }

  #execute(name: string, args: unknown, work: () => unknown): unknown {
    const plain = /_(REMOVE|RENAME|LINK|SYMLINK|RMDIR)$/.test(name);
    const answer = (status: NfsStat) => (plain ? status : { status });
    const intercepted = this.intercept(name, args);
    if (intercepted !== undefined) return answer(intercepted);
    try {
      return work();
    } catch (error) {
      if (error instanceof Refusal) return answer(error.status);
      throw error;
    }
  }

  #inode(handle: Buffer): number {
    if (handle.readUInt32BE(0) !== this.generation) refuse(NfsStat.NFSERR_STALE);
    return handle.readUInt32BE(4);
  }

  #node(handle: Buffer): MemoryNode {
    return this.tree.byInode(this.#inode(handle));
  }

  #directory(handle: Buffer): MemoryNode {
    return this.tree.directory(this.#inode(handle));
  }

  #found(node: MemoryNode): Diropres {
    const diropok = { file: this.handleOf(node), attributes: fattrOf(node) };
    return { status: NfsStat.NFS_OK, diropok };
  }

  #nfs(): NfsProgramV2Handlers<undefined> {
    const { tree } = this;
    const attributes = (node: MemoryNode) =>
      ({ status: NfsStat.NFS_OK, attributes: fattrOf(node) }) as const;
    return {
      nfsprocNull: () => undefined,
      nfsprocRoot: () => undefined,
      nfsprocWritecache: () => undefined,
      nfsprocGetattr: (handle) => attributes(this.#node(handle)),
      nfsprocSetattr: (args) => {
        const node = this.#node(args.file);
        this.#set(node, args.attributes);
        return attributes(node);
      },
      nfsprocLookup: (args) => {
        const directory = this.#directory(args.dir);
        return this.#found(tree.find(directory, args.name));
      },
      nfsprocReadlink: (handle) => ({ status: NfsStat.NFS_OK, data: this.#node(handle).target }),
      nfsprocRead: (args) => {
        const node = this.#node(args.file);
        if (node.type === Ftype.NFDIR) refuse(NfsStat.NFSERR_ISDIR);
        const data = node.content.subarray(args.offset, args.offset + args.count);
        return { status: NfsStat.NFS_OK, readok: { attributes: fattrOf(node), data } };
      },
      nfsprocWrite: (args) => {
        const node = this.#node(args.file);
        if (node.type === Ftype.NFDIR) refuse(NfsStat.NFSERR_ISDIR);
        this.#resize(node, Math.max(node.content.length, args.offset + args.data.length));
        args.data.copy(node.content, args.offset);
        return attributes(node);
      },
      nfsprocCreate: (args) => this.#create(args, Ftype.NFREG),
      nfsprocMkdir: (args) => this.#create(args, Ftype.NFDIR),
      nfsprocRemove: ({ dir, name }) => {
        const directory = this.#directory(dir);
        if (tree.find(directory, name).type === Ftype.NFDIR) refuse(NfsStat.NFSERR_ISDIR);
        tree.unlink(directory, name);
        return NfsStat.NFS_OK;
      },
      nfsprocRmdir: ({ dir, name }) => {
        const directory = this.#directory(dir);
        if (tree.find(directory, name).type !== Ftype.NFDIR) refuse(NfsStat.NFSERR_NOTDIR);
        tree.unlink(directory, name);
        return NfsStat.NFS_OK;
      },
      nfsprocRename: ({ from, to }) => {
        tree.rename(this.#directory(from.dir), from.name, this.#directory(to.dir), to.name);
        return NfsStat.NFS_OK;
      },
      nfsprocLink: ({ from, to }) => {
        const node = this.#node(from);
        if (node.type === Ftype.NFDIR) refuse(NfsStat.NFSERR_PERM);
        tree.add(this.#directory(to.dir), to.name, node);
        return NfsStat.NFS_OK;
      },
      nfsprocSymlink: ({ from, to }) => {
        tree.add(this.#directory(from.dir), from.name, tree.make(Ftype.NFLNK, 0o777, to));
        return NfsStat.NFS_OK;
      },
      nfsprocReaddir: ({ dir, cookie }) => {
        const names = ['.', '..', ...this.#directory(dir).entries.keys()];
        const start = cookie.readUInt32BE(0);
        const page = names.slice(start, start + entriesPerPage);
        const entries = page.map((name, index) => {
          const next = Buffer.alloc(4);
          next.writeUInt32BE(start + index + 1);
          return { fileid: start + index + 1, name, cookie: next };
        });
        const eof = start + page.length >= names.length;
        return { status: NfsStat.NFS_OK, readdirok: { entries, eof } };
      },
      nfsprocStatfs: () => ({
        status: NfsStat.NFS_OK,
        info: { tsize: 8192, bsize: 4096, blocks: 1000, bfree: 400, bavail: 300 },
      }),
    };
  }

  #create({ where, attributes }: Createargs, type: Ftype): Diropres {
    const directory = this.#directory(where.dir);
    const there = directory.entries.get(where.name);
    if (there !== undefined && (type === Ftype.NFDIR || there.type !== type)) {
      refuse(NfsStat.NFSERR_EXIST);
    }
    const node = there ?? this.tree.make(type, 0);
    if (there === undefined) {
      this.#set(node, attributes);
      this.tree.add(directory, where.name, node);
    } else if (attributes.size !== NFS_DONT_SET) {
      // As Fuga's server: what is there keeps its owner and mode.
      this.#resize(node, attributes.size);
    }
    return this.#found(node);
  }

  #set(node: MemoryNode, changes: Sattr): void {
    const given = (value: number) => value !== NFS_DONT_SET;
    if (given(changes.mode)) node.mode = changes.mode & 0o7777;
    if (given(changes.uid)) node.uid = changes.uid;
    if (given(changes.gid)) node.gid = changes.gid;
    if (given(changes.size)) this.#resize(node, changes.size);
    if (given(changes.atime.seconds)) node.atimeMs = millisecondsOf(changes.atime);
    if (given(changes.mtime.seconds)) node.mtimeMs = millisecondsOf(changes.mtime);
    node.ctimeMs = this.tree.tick();
  }

  #resize(node: MemoryNode, sizeBytes: number): void {
    const content = Buffer.alloc(sizeBytes);
    node.content.copy(content);
    node.content = content;
    node.mtimeMs = this.tree.tick();
  }
}

function fattrOf(node: MemoryNode): Fattr {
  const bits = (typeBits as Readonly<Record<number, number>>)[node.type] ?? 0;
  const size = node.type === Ftype.NFLNK ? node.target.length : node.content.length;
  return {
    type: node.type,
    mode: bits | node.mode,
    nlink: node.links,
    uid: node.uid,
    gid: node.gid,
    size,
    blocksize: 4096,
    rdev: 0,
    blocks: Math.ceil(size / 512),
    fsid: 77,
    fileid: node.inode,
    atime: timeOf(node.atimeMs),
    mtime: timeOf(node.mtimeMs),
    ctime: timeOf(node.ctimeMs),
  };
}

function timeOf(milliseconds: number): NfsTime {
  const microseconds = Math.round(milliseconds * 1_000);
  return { seconds: Math.floor(microseconds / 1e6), useconds: microseconds % 1e6 };
}

function millisecondsOf({ seconds, useconds }: NfsTime): number {
  return seconds * 1_000 + useconds / 1_000;
}
