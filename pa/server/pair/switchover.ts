import type { Environment } from '../../../environment/environment.ts';
import { PairOrderStatus, PairProgramV1Client } from '../../../protocol/generated/pa.ts';
import { openRpcChannel } from '../../../rpc/client/rpc-channel.ts';
import { type RpcCallOptions, RpcClient } from '../../../rpc/client/rpc-client.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import type { Claim } from '../../../stable-area/stable-area.ts';
import type { PortMember } from '../../directory/port.ts';
import type { ClusterSecret } from '../../secret.ts';
import { orderCovered, type OrderKind } from './aya-handler.ts';
import { connectPatienceMs, orderPatienceMs, rehearsalPatienceMs } from './limits.ts';
import { pairMac } from './message-mac.ts';
import { parsePairAddress } from './pair-address.ts';

export interface OrderParts {
  readonly environment: Environment;
  readonly claim: Claim;
  readonly secret: ClusterSecret | undefined;
  readonly backup: PortMember;
}

/**
 * Asks a backup to get ready for a takeover, or to claim the next epoch. To that it answers when it has proved that it can,
 * just before it does; that it has claimed shows in the area. 'unreachable' also where the outcome is not known.
 */
export async function askBackup(
  kind: OrderKind,
  parts: OrderParts,
): Promise<'done' | 'refused' | 'unreachable'> {
  const { environment, claim, secret, backup } = parts;
  const patience = new AbortController();
  const timer = environment.timers.after(connectPatienceMs, () => {
    patience.abort();
  });
  try {
    const to = parsePairAddress(backup.address);
    const client = new RpcClient(await openRpcChannel(to, environment, patience.signal));
    try {
      const stub = new PairProgramV1Client<RpcCallOptions>(client);
      const order = {
        area: Buffer.from(claim.areaId),
        node: claim.node,
        epoch: BigInt(claim.epoch),
      };
      const signed = { ...order, mac: pairMac(secret, orderCovered(kind, order)) };
      const status = await (kind === 'prepare'
        ? stub.pairPrepare(signed, { deadlineMs: rehearsalPatienceMs + orderPatienceMs })
        : stub.pairTakeOver(signed, { deadlineMs: orderPatienceMs }));
      return status === PairOrderStatus.PAIR_ORDER_TAKEN ? 'done' : 'refused';
    } finally {
      client.close();
    }
  } catch (error) {
    // One of a version that knows of no preparation: whether it is ready shows when it takes over.
    const isOlder = error instanceof RpcError && error.code === 'RPC_PROCUNAVAIL';
    return isOlder ? 'done' : 'unreachable';
  } finally {
    timer.cancel();
  }
}
