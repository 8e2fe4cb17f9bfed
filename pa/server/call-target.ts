import type { RpcConnection } from '../../rpc/server/connection.ts';
import { StableAreaError } from '../../stable-area/stable-area.ts';

/** Where a reply goes: where the newest copy of its call came from. */
export interface CallTarget {
  readonly xid: number;
  readonly connection: RpcConnection;
}

/** True if the holder was lost under the call: nobody may be told anything, and the call will come again elsewhere. */
export function isLost(error: unknown): boolean {
  return error instanceof StableAreaError && error.code === 'STABLE_AREA_LOST';
}
