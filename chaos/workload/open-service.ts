import { processIdentity } from '../../client/adapters/process-identity.ts';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { createPaClient } from '../../pa/client/pa-client.ts';
import { HttpPortDirectory } from '../../pa/directory/http-directory.ts';
import { PaError } from '../../pa/error.ts';
import { authSys } from '../../rpc/auth.ts';
import { connectRpc } from '../../rpc/client/rpc-client.ts';
import type { OpaqueAuth } from '../../rpc/opaque-auth.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import type { RpcCaller } from '../../xdr/program.ts';
import type { Ino } from '../history/call.ts';
import type { FileService } from './file-service.ts';
import { HandleTable } from './handle-table.ts';
import { makeTop, nfsFileService } from './nfs-file-service.ts';

export interface ServiceOptions {
  readonly connect: Connect;
  readonly alias: string;
  readonly run: string;
}

/** Opens one more connection of a client of its own. */
export type Connect = () => Promise<Connection>;

interface Connection {
  readonly caller: RpcCaller;
  readonly close: () => Promise<void>;
}

/** AUTH_SYS has room for so many supplementary groups (RFC 5531 appendix A). */
const groupsMax = 16;

/** PA clients: each with an incarnation of its own. */
export function paConnect(pams: readonly string[], alias: string): Connect {
  return () => {
    const environment = nodeEnvironment();
    const directory = new HttpPortDirectory({ environment, http: nodeHttpClient(), urls: pams });
    const client = createPaClient({ environment, directory, credential: ownCredential() });
    const close = async (): Promise<void> => {
      await client.close();
      directory.close();
    };
    return Promise.resolve({ caller: client.alias(alias), close });
  };
}

/**
 * Stock clients: plain Sun RPC over one TCP connection each, which is not opened again. Where it breaks, calls end with
 * an RPC error, which no correct run has.
 */
export function stockConnect(at: Endpoint): Connect {
  return async () => {
    const client = await connectRpc(at, { ...nodeEnvironment(), credential: ownCredential() });
    const close = (): Promise<void> => {
      client.close();
      return Promise.resolve();
    };
    return { caller: client, close };
  };
}

function ownCredential(): OpaqueAuth {
  const { machineName, uid, gid, groups } = processIdentity();
  return authSys({ machineName, uid, gid, gids: groups.slice(0, groupsMax) });
}

/** Makes the directory of this run, and clients that work in it. Waits while nobody serves the alias. */
export async function openServices(options: ServiceOptions, count: number): Promise<FileService[]> {
  const handles = new HandleTable();
  const { caller, close } = await options.connect();
  try {
    const top = await makeTop(caller, handles, `/${options.alias}`, `chaos-${options.run}`);
    return await Promise.all(
      Array.from({ length: count }, () => openService(options, handles, top)),
    );
  } finally {
    await close();
  }
}

/** A client of the volume, for one or more workers. */
async function openService(
  options: ServiceOptions,
  handles: HandleTable,
  top: Ino,
): Promise<FileService> {
  const { caller, close } = await options.connect();
  const { run } = options;
  return nfsFileService({
    caller,
    handles,
    run,
    top,
    close,
    outcomeOfError: (error) => {
      // Never executed is as good as not known: the checker allows both.
      if (error instanceof PaError && error.outcome !== undefined) return { status: 'unknown' };
      // The server answered, but not with a result: no correct run has that.
      if (error instanceof RpcError) return { status: 'error', code: error.code };
      return undefined;
    },
  });
}
