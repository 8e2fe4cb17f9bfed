import { NfsProgramV2Client, NfsStat } from '../../../protocol/generated/nfs2.ts';
import { NfsProgramV3Client } from '../../../protocol/generated/nfs3.ts';
import { sattr } from '../../../server/testing/service-volume.ts';
import { findListingFaults } from '../checkers/listing-checker.ts';
import type { SimulatedClient } from './clients.ts';

const stayingNames = ['stay-0', 'stay-1', 'stay-2', 'stay-3', 'stay-4', 'stay-5'];
const changingNames = ['change-0', 'change-1', 'change-2'];
/** Holds two or three entries. */
const pageBytes = 190;

/** Lists one directory again and again, a few names at a time, while it makes and removes names in it itself. */
export class ListingWork {
  readonly #client: SimulatedClient;
  readonly #nfs: NfsProgramV2Client;
  readonly #nfs3: NfsProgramV3Client;
  readonly #dir: Buffer;
  /** How often each name was made since the listing began, and once if it was there then. */
  readonly #made = new Map<string, number>();
  readonly #present = new Set<string>();
  readonly findings: string[] = [];
  listings = 0;

  private constructor(client: SimulatedClient, dir: Buffer) {
    this.#client = client;
    this.#nfs = new NfsProgramV2Client(client.caller);
    this.#nfs3 = new NfsProgramV3Client(client.caller);
    this.#dir = dir;
  }

  /** Makes the directory `listed` in another one. */
  static async prepare(client: SimulatedClient, top: Buffer): Promise<ListingWork> {
    const nfs = new NfsProgramV2Client(client.caller);
    const where = { dir: top, name: 'listed' };
    const made = await nfs.nfsprocMkdir({ where, attributes: sattr({ mode: 0o755 }) });
    if (made.status !== NfsStat.NFS_OK) throw new Error(`MKDIR: ${made.status}`);
    const work = new ListingWork(client, made.diropok.file);
    for (const name of stayingNames) await work.#make(name);
    return work;
  }

  async run(isOver: () => boolean): Promise<void> {
    await Promise.all([this.#change(isOver), this.#listAll(isOver)]);
  }

  async #change(isOver: () => boolean): Promise<void> {
    const { random } = this.#client.process;
    while (!isOver()) {
      const name = changingNames[Math.floor(random.fraction() * changingNames.length)] ?? '';
      if (this.#present.has(name)) await this.#remove(name);
      else await this.#make(name);
    }
  }

  async #listAll(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.#made.clear();
      // One that is being removed right now may still be shown.
      for (const name of this.#present) this.#made.set(name, 1);
      const entries = await this.#list();
      if (entries === undefined) continue;
      this.listings += 1;
      const throughout = new Set(stayingNames);
      this.findings.push(...findListingFaults({ entries, throughout, made: this.#made }));
    }
  }

  async #list(): Promise<{ name: string; cookie: bigint }[] | undefined> {
    const entries: { name: string; cookie: bigint }[] = [];
    for (let cookie = 0n; ; ) {
      const dir = { data: this.#dir };
      const page = { dir, cookie, cookieverf: Buffer.alloc(8), count: pageBytes };
      const reply = await this.#nfs3.nfsproc3Readdir(page);
      if (!('resok' in reply)) {
        this.findings.push(`READDIR from cookie ${cookie} on has status ${reply.status}`);
        return undefined;
      }
      for (const entry of reply.resok.reply.entries) {
        ({ cookie } = entry);
        if (!/^\.+$/.test(entry.name)) entries.push({ name: entry.name, cookie });
      }
      if (reply.resok.reply.eof) return entries;
    }
  }

  async #make(name: string): Promise<void> {
    // Counted when it is asked for: from then on it may be there.
    this.#made.set(name, (this.#made.get(name) ?? 0) + 1);
    this.#present.add(name);
    const where = { dir: this.#dir, name };
    const made = await this.#nfs.nfsprocCreate({ where, attributes: sattr({ mode: 0o644 }) });
    // A full disk makes nothing.
    if (made.status !== NfsStat.NFS_OK) this.#present.delete(name);
  }

  async #remove(name: string): Promise<void> {
    const status = await this.#nfs.nfsprocRemove({ dir: this.#dir, name });
    if (status === NfsStat.NFS_OK) this.#present.delete(name);
  }
}
