import { NfsProgramV2Client, NfsStat } from '../../../protocol/generated/nfs2.ts';
import { sattr } from '../../../server/testing/service-volume.ts';
import { RegisterChecker } from '../checkers/register-checker.ts';
import type { SimulatedClient } from './clients.ts';

/** Lies in the value log; the largest of version 2. */
const blockBytes = 8_192;
/** So few that segments empty all the time, and so many that some values stay. */
const blocksMax = 12;
/** Each has its own part of the blocks: while the cleaner moves one value, others are replaced. */
const writers = 3;

/** Writes ascending numbers into the blocks of a file, a block full of the number each, and reads them. */
export class BulkWork {
  readonly #nfs: NfsProgramV2Client;
  readonly #client: SimulatedClient;
  readonly #file: Buffer;
  readonly #checker = new RegisterChecker();
  readonly #statuses: string[] = [];
  #written = 0;

  private constructor(client: SimulatedClient, nfs: NfsProgramV2Client, file: Buffer) {
    this.#client = client;
    this.#nfs = nfs;
    this.#file = file;
  }

  /** Makes the file `bulk` in a directory. */
  static async prepare(client: SimulatedClient, dir: Buffer): Promise<BulkWork> {
    const nfs = new NfsProgramV2Client(client.caller);
    const where = { dir, name: 'bulk' };
    const made = await nfs.nfsprocCreate({ where, attributes: sattr({ mode: 0o644 }) });
    if (made.status !== NfsStat.NFS_OK) throw new Error(`CREATE: ${made.status}`);
    return new BulkWork(client, nfs, made.diropok.file);
  }

  get findings(): readonly string[] {
    return [...this.#checker.findings, ...this.#statuses];
  }

  async run(isOver: () => boolean): Promise<void> {
    await Promise.all(Array.from({ length: writers }, (_, part) => this.#writePart(part, isOver)));
    for (let block = 0; block < blocksMax; block += 1) await this.#read(block);
  }

  async #writePart(part: number, isOver: () => boolean): Promise<void> {
    const { random } = this.#client.process;
    while (!isOver()) {
      await this.#write(part + writers * Math.floor((random.fraction() * blocksMax) / writers));
      await this.#read(Math.floor(random.fraction() * blocksMax));
    }
  }

  async #write(block: number): Promise<void> {
    this.#written += 1;
    const offset = block * blockBytes;
    const answered = this.#checker.writes(`block ${block}`, this.#written);
    const data = Buffer.alloc(blockBytes);
    for (let at = 0; at < blockBytes; at += 4) data.writeUInt32BE(this.#written, at);
    const { status } = await this.#nfs.nfsprocWrite({
      ...{ file: this.#file, beginoffset: 0, totalcount: 0 },
      ...{ offset, data },
    });
    if (status === NfsStat.NFS_OK) answered();
    // A full disk takes nothing; nothing else goes wrong.
    else if (status !== NfsStat.NFSERR_NOSPC) this.#statuses.push(`WRITE has status ${status}`);
  }

  async #read(block: number): Promise<void> {
    const answered = this.#checker.reads(`block ${block}`);
    const offset = block * blockBytes;
    const what = { file: this.#file, offset, count: blockBytes, totalcount: 0 };
    const reply = await this.#nfs.nfsprocRead(what);
    if (reply.status !== NfsStat.NFS_OK) {
      this.#statuses.push(`READ has status ${reply.status}`);
      return;
    }
    const { data } = reply.readok;
    const number = data.length === 0 ? 0 : data.readUInt32BE(0);
    for (let at = 0; at < data.length; at += 4) {
      if (data.readUInt32BE(at) === number) continue;
      this.#statuses.push(`block ${block} holds ${number} and ${data.readUInt32BE(at)}`);
      return;
    }
    answered(number);
  }
}
