import type { Environment } from '../../../environment/environment.ts';
import { PairOrderStatus, PairProgramV1Client } from '../../../protocol/generated/pa.ts';
import { openRpcChannel } from '../../../rpc/client/rpc-channel.ts';
import { type RpcCallOptions, RpcClient } from '../../../rpc/client/rpc-client.ts';
import type { Claim } from '../../../stable-area/stable-area.ts';
import type { PortMember } from '../../directory/port.ts';
import type { ClusterSecret } from '../../secret.ts';
import { orderCovered } from './aya-handler.ts';
import { connectPatienceMs } from './limits.ts';
import { pairMac } from './message-mac.ts';
import { parsePairAddress } from './pair-address.ts';

export interface OrderParts {
  readonly environment: Environment;
  readonly claim: Claim;
  readonly secret: ClusterSecret | undefined;
}

/**
 * Asks a backup to claim the next epoch. What it answers is only whether it will try; that it has claimed shows in the
 * area. 'unreachable' also where the outcome is not known.
 */
export async function orderTakeover(
  parts: OrderParts,
  backup: PortMember,
): Promise<'taken' | 'refused' | 'unreachable'> {
  const { environment, claim, secret } = parts;
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
      const signed = { ...order, mac: pairMac(secret, orderCovered(order)) };
      const status = await stub.pairTakeOver(signed, { deadlineMs: connectPatienceMs });
      return status === PairOrderStatus.PAIR_ORDER_TAKEN ? 'taken' : 'refused';
    } finally {
      client.close();
    }
  } catch {
    return 'unreachable';
  } finally {
    timer.cancel();
  }
}
