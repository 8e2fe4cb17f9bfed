import { nodeEnvironment } from '../environment/adapters/node-environment.ts';
import type { Endpoint } from '../environment/network.ts';
import { MountProgramV3Client } from '../protocol/generated/mount.ts';
import { NfsProgramV3Client, StableHow } from '../protocol/generated/nfs3.ts';
import { authSys } from '../rpc/auth.ts';
import { connectRpc } from '../rpc/client/rpc-client.ts';
import { callsPerSecond } from './measure.ts';

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
/** UNCHECKED, and no attribute is set. */
const unset = { setIt: false } as const;
const unsetTime = { setIt: 0 } as const;
const plainFile = {
  mode: 0,
  objAttributes: {
    mode: unset,
    uid: unset,
    gid: unset,
    size: unset,
    atime: unsetTime,
    mtime: unsetTime,
  },
} as const;

export async function openStockWorkload(at: Endpoint, alias: string): Promise<StockWorkload> {
  const credential = authSys({ machineName: 'bench', uid: 0, gid: 0, gids: [] });
  const client = await connectRpc(at, { ...nodeEnvironment(), credential });
  const mounted = await new MountProgramV3Client(client).mountproc3Mnt(`/${alias}`);
  if (mounted.fhsStatus !== 0) throw new Error(`MOUNT of /${alias}: status ${mounted.fhsStatus}`);
  const dir = { data: mounted.mountinfo.fhandle };
  const nfs = new NfsProgramV3Client(client);
  const made = await nfs.nfsproc3Create({ where: { dir, name: fileName }, how: plainFile });
  if (made.status !== 0 || !made.resok.obj.handleFollows) {
    throw new Error(`CREATE: status ${made.status}`);
  }
  const file = made.resok.obj.handle;
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
    close: () => {
      client.close();
    },
  };
}
