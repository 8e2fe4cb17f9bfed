import { processIdentity } from '../../client/adapters/process-identity.ts';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { createPaClient } from '../../pa/client/pa-client.ts';
import { HttpPortDirectory } from '../../pa/directory/http-directory.ts';
import { PaError } from '../../pa/error.ts';
import { authSys } from '../../rpc/auth.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import type { RpcCaller } from '../../xdr/program.ts';
import type { Ino } from '../history/call.ts';
import type { FileService } from './file-service.ts';
import { HandleTable } from './handle-table.ts';
import { makeTop, nfsFileService } from './nfs-file-service.ts';

export interface ServiceOptions {
  readonly pams: readonly string[];
  readonly alias: string;
  readonly run: string;
}

/** AUTH_SYS has room for so many supplementary groups (RFC 5531 appendix A). */
const groupsMax = 16;

interface Connection {
  readonly caller: RpcCaller;
  readonly close: () => Promise<void>;
}

/** A PA client of its own: with an incarnation of its own, and connections. */
function connect({ pams, alias }: ServiceOptions): Connection {
  const environment = nodeEnvironment();
  const directory = new HttpPortDirectory({ environment, http: nodeHttpClient(), urls: pams });
  const { machineName, uid, gid, groups } = processIdentity();
  const credential = authSys({ machineName, uid, gid, gids: groups.slice(0, groupsMax) });
  const client = createPaClient({ environment, directory, credential });
  return {
    caller: client.alias(alias),
    close: async () => {
      await client.close();
      directory.close();
    },
  };
}

/** Makes the directory of this run, and clients that work in it. Waits while nobody serves the alias. */
export async function openServices(options: ServiceOptions, count: number): Promise<FileService[]> {
  const handles = new HandleTable();
  const { caller, close } = connect(options);
  try {
    const top = await makeTop(caller, handles, `/${options.alias}`, `chaos-${options.run}`);
    return Array.from({ length: count }, () => openService(options, handles, top));
  } finally {
    await close();
  }
}

/** A client of the volume, for one or more workers. */
function openService(options: ServiceOptions, handles: HandleTable, top: Ino): FileService {
  const { caller, close } = connect(options);
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
