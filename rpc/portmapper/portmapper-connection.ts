import type { Timers } from '../../environment/clock.ts';
import type { Endpoint, Network } from '../../environment/network.ts';
import type { Random } from '../../environment/random.ts';
import type { CallChannel } from '../client/call-channel.ts';
import { openRpcChannel } from '../client/rpc-channel.ts';
import { connectRpcUdp, RpcClient } from '../client/rpc-client.ts';
import { RpcError } from '../rpc-error.ts';
import type { RpcTransport } from '../server/connection.ts';

export interface PortmapperClientOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly random: Random;
  /** Of the portmapper; default 111. */
  readonly portmapperPort?: number | undefined;
  /** For connecting, and for each call; default 5,000. */
  readonly deadlineMs?: number | undefined;
}

const deadlineDefaultMs = 5_000;

/** Connects with a deadline, for this and for each call. Rejects with an RpcError as `connectRpc` does. */
export async function connectWithin(
  at: Endpoint,
  transport: RpcTransport,
  options: PortmapperClientOptions,
): Promise<RpcClient<CallChannel>> {
  const { timers, deadlineMs = deadlineDefaultMs } = options;
  if (transport === 'udp') return connectRpcUdp(at, { ...options, deadlineMs });
  const patience = new AbortController();
  const timer = timers.after(deadlineMs, () => patience.abort());
  try {
    return new RpcClient(await openRpcChannel(at, options, patience.signal), { deadlineMs });
  } finally {
    timer.cancel();
  }
}

/** The same to a portmapper. Rejects with RPC_UNKNOWNHOST, or with RPC_RPCBFAILURE and the reason as its cause. */
export async function openPortmapper(
  at: Endpoint,
  transport: RpcTransport,
  options: PortmapperClientOptions,
): Promise<RpcClient<CallChannel>> {
  try {
    return await connectWithin(at, transport, options);
  } catch (cause) {
    throw portmapperFailure(at.host, cause);
  }
}

export function portmapperFailure(host: string, cause: unknown): RpcError {
  if (cause instanceof RpcError && cause.code === 'RPC_UNKNOWNHOST') return cause;
  return new RpcError('RPC_RPCBFAILURE', host, { cause });
}

export function isVersionMismatch(error: unknown): boolean {
  return error instanceof RpcError && error.code === 'RPC_PROGVERSMISMATCH';
}
