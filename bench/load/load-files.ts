import { type Diropargs3, StableHow } from '../../protocol/generated/nfs3.ts';
import { callsUntil } from '../measure.ts';
import type { StockClient } from '../stock-client.ts';
import type { LoadSession } from './load-session.ts';

export const megabyteBytes = 1_048_576;
const writeOutstanding = 8;

/** Files of a given size that were written from front to back. */
export class LoadFiles {
  readonly handles: readonly Buffer[];
  readonly bytesEach: number;
  readonly #client: StockClient;
  readonly #places: readonly Diropargs3[];

  private constructor(
    client: StockClient,
    places: readonly Diropargs3[],
    handles: readonly Buffer[],
    bytesEach: number,
  ) {
    this.#client = client;
    this.#places = places;
    this.handles = handles;
    this.bytesEach = bytesEach;
  }

  static async make(session: LoadSession, count: number, bytesEach: number): Promise<LoadFiles> {
    const client = await session.client();
    const directory = await session.prepared('files', () => session.directory());
    const dir = { data: directory };
    const places = Array.from({ length: count }, () => ({ dir, name: session.newName() }));
    const handles = await Promise.all(places.map(({ name }) => client.create(directory, name)));
    const files = new LoadFiles(client, places, handles, bytesEach);
    await Promise.all(handles.map((file) => files.#write(file)));
    await files.commit();
    return files;
  }

  async commit(): Promise<void> {
    const commits = this.handles.map(async (data) => {
      const all = { file: { data }, offset: 0n, count: 0 };
      const { status } = await this.#client.nfs.nfsproc3Commit(all);
      if (status !== 0) throw new Error(`COMMIT: status ${status}`);
    });
    await Promise.all(commits);
  }

  async remove(): Promise<void> {
    for (const object of this.#places) {
      const { status } = await this.#client.nfs.nfsproc3Remove({ object });
      if (status !== 0) throw new Error(`REMOVE: status ${status}`);
    }
  }

  async #write(data: Buffer): Promise<void> {
    const file = { data };
    const content = Buffer.alloc(megabyteBytes, 0xa5);
    const pieces = Math.ceil(this.bytesEach / megabyteBytes);
    await callsUntil(pieces, writeOutstanding, async (index) => {
      const offset = index * megabyteBytes;
      const piece = content.subarray(0, Math.min(megabyteBytes, this.bytesEach - offset));
      const result = await this.#client.nfs.nfsproc3Write({
        ...{ file, offset: BigInt(offset), count: piece.length },
        ...{ stable: StableHow.UNSTABLE, data: piece },
      });
      if (result.status !== 0 || result.resok.count !== piece.length) {
        throw new Error(`WRITE: status ${result.status}`);
      }
    });
  }
}
