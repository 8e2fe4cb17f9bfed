import { nodeEnvironment } from '../environment/adapters/node-environment.ts';
import type { Endpoint } from '../environment/network.ts';
import { MountProgramV3Client } from '../protocol/generated/mount.ts';
import { NfsProgramV3Client } from '../protocol/generated/nfs3.ts';
import { authSys } from '../rpc/auth.ts';
import { connectRpc } from '../rpc/client/rpc-client.ts';

/** One TCP connection of a stock client, NFS version 3, to a volume that it has mounted. */
export interface StockClient {
  readonly nfs: NfsProgramV3Client;
  readonly root: Buffer;
  /** The handle of the new file. */
  readonly create: (dir: Buffer, name: string) => Promise<Buffer>;
  readonly makeDirectory: (dir: Buffer, name: string) => Promise<Buffer>;
  readonly close: () => void;
}

const unset = { setIt: false } as const;
const unsetTime = { setIt: 0 } as const;
export const unsetAttributes = {
  ...{ mode: unset, uid: unset, gid: unset, size: unset },
  ...{ atime: unsetTime, mtime: unsetTime },
} as const;
/** RFC 1813 §3.3.8 UNCHECKED. */
export const newFile = { mode: 0, objAttributes: unsetAttributes } as const;

/** `alias`: what is mounted, without its first slash. `mountAt`: where MOUNT is served, if not beside NFS. */
export async function openStockClient(
  at: Endpoint,
  alias: string,
  mountAt: Endpoint = at,
): Promise<StockClient> {
  const credential = authSys({ machineName: 'bench', uid: 0, gid: 0, gids: [] });
  const options = { ...nodeEnvironment(), credential };
  const client = await connectRpc(at, options);
  const mountClient = mountAt === at ? client : await connectRpc(mountAt, options);
  const mounted = await new MountProgramV3Client(mountClient).mountproc3Mnt(`/${alias}`);
  if (mountClient !== client) mountClient.close();
  if (mounted.fhsStatus !== 0) throw new Error(`MOUNT of /${alias}: status ${mounted.fhsStatus}`);
  const nfs = new NfsProgramV3Client(client);
  return {
    nfs,
    root: mounted.mountinfo.fhandle,
    async create(dir, name) {
      const made = await nfs.nfsproc3Create({
        where: { dir: { data: dir }, name },
        how: newFile,
      });
      if (made.status !== 0 || !made.resok.obj.handleFollows) {
        throw new Error(`CREATE: status ${made.status}`);
      }
      return made.resok.obj.handle.data;
    },
    async makeDirectory(dir, name) {
      const where = { dir: { data: dir }, name };
      const made = await nfs.nfsproc3Mkdir({ where, attributes: unsetAttributes });
      if (made.status !== 0 || !made.resok.obj.handleFollows) {
        throw new Error(`MKDIR: status ${made.status}`);
      }
      return made.resok.obj.handle.data;
    },
    close: () => {
      client.close();
    },
  };
}
