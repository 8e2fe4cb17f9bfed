import { MountProgramV1Client } from '../../protocol/generated/mount.ts';
import { NfsProgramV2Client, NfsStat } from '../../protocol/generated/nfs2.ts';
import { RpcClient } from '../../rpc/client/rpc-client.ts';
import { sattr } from '../../server/testing/service-volume.ts';
import { credential } from '../cluster/files.ts';
import { EagerChannel } from './eager-channel.ts';

const content = 'kept';

/** A stock client of a port, which reads its file. */
export class StockReader {
  readonly channel: EagerChannel;
  readonly #nfs: NfsProgramV2Client;
  readonly #file: Buffer;
  #reads = 0;
  #isEnding = false;
  #reading: Promise<void> = Promise.resolve();

  private constructor(channel: EagerChannel, nfs: NfsProgramV2Client, file: Buffer) {
    this.channel = channel;
    this.#nfs = nfs;
    this.#file = file;
  }

  /** Mounts the alias, and makes the file where there is none. */
  static async open(port: number, alias = 'home'): Promise<StockReader> {
    const channel = new EagerChannel(port);
    const client = new RpcClient(channel, { credential });
    const mounted = await new MountProgramV1Client(client).mountprocMnt(`/${alias}`);
    if (mounted.directory === undefined) throw new Error(`MNT: ${mounted.status}`);
    const nfs = new NfsProgramV2Client(client);
    const where = { dir: mounted.directory, name: 'f' };
    const made = await nfs.nfsprocCreate({ where, attributes: sattr({ mode: 0o644 }) });
    if (made.status !== NfsStat.NFS_OK) throw new Error(`CREATE: ${made.status}`);
    const { file } = made.diropok;
    const place = { beginoffset: 0, offset: 0, totalcount: 0 };
    await nfs.nfsprocWrite({ file, ...place, data: Buffer.from(content) });
    return new StockReader(channel, nfs, file);
  }

  get reads(): number {
    return this.#reads;
  }

  /** Throws where it is not what was written. */
  async read(): Promise<void> {
    const place = { offset: 0, count: 100, totalcount: 0 };
    const read = await this.#nfs.nfsprocRead({ file: this.#file, ...place });
    const said = read.status === NfsStat.NFS_OK ? read.readok.data.toString() : read.status;
    if (said !== content) throw new Error(`READ: ${said}`);
    this.#reads += 1;
  }

  /** Reads again and again, until `end`, which rejects where a read did. */
  start(): void {
    this.#reading = this.#readOn();
    this.#reading.catch(() => undefined);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    try {
      await this.#reading;
    } finally {
      this.channel.close();
    }
  }

  async #readOn(): Promise<void> {
    while (!this.#isEnding) await this.read();
  }
}
