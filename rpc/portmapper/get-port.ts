import {
  PMAP_IPPROTO_TCP,
  PMAP_IPPROTO_UDP,
  PmapProgramV2Client,
  PmapProgramV3Client,
  PmapProgramV4Client,
} from '../../protocol/generated/portmap.ts';
import type { CallChannel } from '../client/call-channel.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import { RpcError } from '../rpc-error.ts';
import type { RpcTransport } from '../server/connection.ts';
import {
  isVersionMismatch,
  openPortmapper,
  type PortmapperClientOptions,
  portmapperFailure,
} from './portmapper-connection.ts';
import { portmapperPort } from './registry.ts';
import { parseUniversalAddress } from './universal-address.ts';

/**
 * Asks the portmapper of a host for the port of a program, over the transport that is wanted. Rejects with an RpcError:
 * RPC_PROGNOTREGISTERED, RPC_UNKNOWNHOST, or RPC_RPCBFAILURE with what went wrong as its cause.
 */
export async function getPort(
  host: string,
  program: number,
  version: number,
  transport: RpcTransport,
  options: PortmapperClientOptions,
): Promise<number> {
  const at = { host, port: options.portmapperPort ?? portmapperPort };
  const client = await openPortmapper(at, transport, options);
  try {
    const port = await askForPort(client, program, version, transport);
    if (port > 0) return port;
  } catch (cause) {
    throw portmapperFailure(host, cause);
  } finally {
    client.close();
  }
  const cause = new Error(`program ${program} version ${version} over ${transport}`);
  throw new RpcError('RPC_PROGNOTREGISTERED', host, { cause });
}

/** 0: not registered. By rpcbind's versions or, where they are not served, by version 2. */
async function askForPort(
  client: RpcClient<CallChannel>,
  program: number,
  version: number,
  transport: RpcTransport,
): Promise<number> {
  const rpcb = { rProg: program, rVers: version, rNetid: '', rAddr: '', rOwner: '' };
  for (const rpcbind of [new PmapProgramV4Client(client), new PmapProgramV3Client(client)]) {
    try {
      return parseUniversalAddress(await rpcbind.rpcbprocGetaddr(rpcb))?.port ?? 0;
    } catch (error) {
      if (!isVersionMismatch(error)) throw error;
    }
  }
  const prot = transport === 'tcp' ? PMAP_IPPROTO_TCP : PMAP_IPPROTO_UDP;
  const mapping = { prog: program, vers: version, prot, port: 0 };
  return new PmapProgramV2Client(client).pmapprocGetport(mapping);
}
