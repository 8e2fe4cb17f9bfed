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
import type { ClientKind } from '../history/history.ts';
import type { FileService } from './file-service.ts';
import { HandleTable } from './handle-table.ts';
import { makeTop, nfsFileService } from './nfs-file-service.ts';
import { StockClient } from './stock-client.ts';

export interface ServiceOptions {
  /** How each kind of client connects; those that the run has. */
  readonly connects: ReadonlyMap<ClientKind, Connect>;
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

/** Stock clients of the servers themselves, each with a port that it keeps. */
export function stockConnect(services: readonly Endpoint[]): Connect {
  return () => {
    const { random } = nodeEnvironment();
    const xid = random.bytes(4).readUInt32BE();
    const client = new StockClient({ services, credential: ownCredential(), xid });
    const close = (): Promise<void> => {
      client.close();
      return Promise.resolve();
    };
    return Promise.resolve({ caller: client, close });
  };
}

/**
 * Stock clients of a gateway: plain Sun RPC over one TCP connection each, which is not opened again. Where it breaks, calls
 * end with an RPC error, which no correct run has.
 */
export function gatewayConnect(at: Endpoint): Connect {
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
export async function openServices(
  options: ServiceOptions,
  kinds: readonly ClientKind[],
): Promise<FileService[]> {
  const handles = new HandleTable();
  const connects = kinds.map((kind) => {
    const connect = options.connects.get(kind);
    if (connect === undefined) throw new Error(`a run without ${kind} clients has none`);
    return connect;
  });
  const [first] = connects;
  if (first === undefined) return [];
  const { caller, close } = await first();
  try {
    const top = await makeTop(caller, handles, `/${options.alias}`, `chaos-${options.run}`);
    return await Promise.all(
      connects.map((connect) => openService(options, connect, handles, top)),
    );
  } finally {
    await close();
  }
}

/** A client of the volume, for one or more workers. */
async function openService(
  options: ServiceOptions,
  connect: Connect,
  handles: HandleTable,
  top: Ino,
): Promise<FileService> {
  const { caller, close } = await connect();
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
