import type { Endpoint } from '../../environment/network.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { RpcError } from '../rpc-error.ts';

/** A name that does not resolve is RPC_UNKNOWNHOST; everything else is the system's failure, as in C. */
export function connectError(to: Endpoint, cause: unknown): RpcError {
  const code = systemCodeOf(cause);
  const isName = code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA';
  return new RpcError(isName ? 'RPC_UNKNOWNHOST' : 'RPC_SYSTEMERROR', describeEndpoint(to), {
    cause,
  });
}

export function describeEndpoint({ host, port }: Endpoint): string {
  return host.startsWith('/') ? host : `${host} port ${port}`;
}
