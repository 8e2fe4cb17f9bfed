import type { Endpoint } from '../environment/network.ts';
import { StableHow } from '../protocol/generated/nfs3.ts';
import { callsPerSecond } from './measure.ts';
import { openStockClient } from './stock-client.ts';

/** What a stock client does over one TCP connection, NFS version 3. */
export interface StockWorkload {
  getattr(outstanding: number, durationMs: number): Promise<number>;
  /** MB/s. */
  read(outstanding: number, durationMs: number): Promise<number>;
  close(): void;
}

const transferBytes = 1_048_576;
const transfers = 16;
const fileName = 'bench-stock';

export async function openStockWorkload(at: Endpoint, alias: string): Promise<StockWorkload> {
  const { nfs, root, create, close } = await openStockClient(at, alias);
  const file = { data: await create(root, fileName) };
  const data = Buffer.alloc(transferBytes, 0x5a);
  for (let at = 0; at < transfers; at += 1) {
    const place = { file, offset: BigInt(at * transferBytes), count: transferBytes };
    const written = await nfs.nfsproc3Write({ ...place, stable: StableHow.FILE_SYNC, data });
    if (written.status !== 0) throw new Error(`WRITE: status ${written.status}`);
  }
  return {
    getattr: (outstanding, durationMs) =>
      callsPerSecond(() => nfs.nfsproc3Getattr({ object: file }), outstanding, durationMs),
    async read(outstanding, durationMs) {
      const perSecond = await callsPerSecond(
        async (index) => {
          const offset = BigInt((index % transfers) * transferBytes);
          const result = await nfs.nfsproc3Read({ file, offset, count: transferBytes });
          if (result.status !== 0 || result.resok.count !== transferBytes) {
            throw new Error(`READ: status ${result.status}`);
          }
        },
        outstanding,
        durationMs,
      );
      return (perSecond * transferBytes) / 1e6;
    },
    close,
  };
}
