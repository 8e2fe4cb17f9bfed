import { MountProgramV1Client } from '../../protocol/generated/mount.ts';
import {
  type Diropres,
  Ftype,
  NfsProgramV2Client,
  NfsStat,
} from '../../protocol/generated/nfs2.ts';
import { NfsProgramV3Client } from '../../protocol/generated/nfs3.ts';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { authSys } from '../../rpc/auth.ts';
import { connectRpc } from '../../rpc/client/rpc-client.ts';
import type { RpcCaller } from '../../xdr/program.ts';
import { sattr } from '../../server/testing/service-volume.ts';

export const credential = authSys({ machineName: 'test', uid: 0, gid: 0, gids: [] });

const listedBytesMax = 8_192;

/** Another client, which prepares files, changes them behind the first one's back, and looks. Handles are any version's. */
export class Files {
  readonly #close: () => void;
  /** For what version 2 cannot ask. */
  readonly nfs3: NfsProgramV3Client;
  readonly #nfs: NfsProgramV2Client;
  readonly root: Buffer;

  private constructor(caller: RpcCaller, root: Buffer, close: () => void) {
    this.#close = close;
    this.#nfs = new NfsProgramV2Client(caller);
    this.nfs3 = new NfsProgramV3Client(caller);
    this.root = root;
  }

  static async connect(port: number): Promise<Files> {
    const to = { host: '127.0.0.1', port };
    const client = await connectRpc(to, { ...nodeEnvironment(), credential });
    return Files.over(client, () => client.close());
  }

  /** Over any way to call; `close` ends that. */
  static async over(caller: RpcCaller, close: () => void): Promise<Files> {
    const mounted = await new MountProgramV1Client(caller).mountprocMnt('/home');
    if (mounted.directory === undefined) throw new Error(`MNT: ${mounted.status}`);
    return new Files(caller, mounted.directory, close);
  }

  close(): void {
    this.#close();
  }

  async makeDirectory(dir: Buffer, name: string): Promise<Buffer> {
    const attributes = sattr({ mode: 0o755 });
    return handleIn(await this.#nfs.nfsprocMkdir({ where: { dir, name }, attributes }));
  }

  /** Makes it, or gives it this content. */
  async makeFile(dir: Buffer, name: string, content: string): Promise<Buffer> {
    const attributes = sattr({ mode: 0o644, size: 0 });
    const file = handleIn(await this.#nfs.nfsprocCreate({ where: { dir, name }, attributes }));
    const place = { beginoffset: 0, offset: 0, totalcount: 0 };
    const written = await this.#nfs.nfsprocWrite({ file, ...place, data: Buffer.from(content) });
    check('WRITE', written.status);
    return file;
  }

  async setMode(file: Buffer, mode: number): Promise<void> {
    check(
      'SETATTR',
      (await this.#nfs.nfsprocSetattr({ file, attributes: sattr({ mode }) })).status,
    );
  }

  async removeFile(dir: Buffer, name: string): Promise<void> {
    check('REMOVE', await this.#nfs.nfsprocRemove({ dir, name }));
  }

  async removeDirectory(dir: Buffer, name: string): Promise<void> {
    check('RMDIR', await this.#nfs.nfsprocRmdir({ dir, name }));
  }

  async lookup(dir: Buffer, name: string): Promise<Buffer> {
    return handleIn(await this.#nfs.nfsprocLookup({ dir, name }));
  }

  /** All that a directory holds, as lines: name, type, mode, links, times, content. */
  async snapshot(dir: Buffer): Promise<string[]> {
    const cookie = Buffer.alloc(4);
    const listed = await this.#nfs.nfsprocReaddir({ dir, cookie, count: listedBytesMax });
    if (listed.status !== NfsStat.NFS_OK) throw new Error(`READDIR: ${listed.status}`);
    if (!listed.readdirok.eof) throw new Error('the directory does not fit one READDIR');
    const names = listed.readdirok.entries
      .map(({ name }) => name)
      .filter((name) => !/^\.+$/.test(name));
    return Promise.all(names.toSorted().map((name) => this.#describe(dir, name)));
  }

  async #describe(dir: Buffer, name: string): Promise<string> {
    const found = await this.#nfs.nfsprocLookup({ dir, name });
    if (found.status !== NfsStat.NFS_OK) throw new Error(`LOOKUP ${name}: ${found.status}`);
    const { file, attributes } = found.diropok;
    const { type, mode, nlink, size, mtime } = attributes;
    const place = { offset: 0, count: listedBytesMax, totalcount: 0 };
    const read = type === Ftype.NFREG ? await this.#nfs.nfsprocRead({ file, ...place }) : undefined;
    const content = read?.status === NfsStat.NFS_OK ? read.readok.data.toString() : '';
    const time = `${mtime.seconds}.${mtime.useconds}`;
    return [name, `type ${type}`, mode.toString(8), nlink, size, time, content].join(' ');
  }
}

function handleIn(result: Diropres): Buffer {
  if (result.status !== NfsStat.NFS_OK) throw new Error(`refused: ${result.status}`);
  return result.diropok.file;
}

function check(what: string, status: NfsStat): void {
  if (status !== NfsStat.NFS_OK) throw new Error(`${what}: ${status}`);
}
