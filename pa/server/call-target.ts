import type { RpcConnection } from '../../rpc/server/connection.ts';
import { StableAreaError } from '../../stable-area/stable-area.ts';

/** Where a reply goes: where the newest copy of its call came from. */
export interface CallTarget {
  readonly xid: number;
  readonly connection: Pick<RpcConnection, 'id' | 'isClosed' | 'reply' | 'drop'>;
}

/** Before any: nobody has asked this process for the reply, so far. */
export const nobody: CallTarget = {
  xid: 0,
  connection: { id: 0, isClosed: true, reply: () => undefined, drop: () => undefined },
};

/** True if the holder was lost under the call: nobody may be told anything, and the call will come again elsewhere. */
export function isLost(error: unknown): boolean {
  return error instanceof StableAreaError && error.code === 'STABLE_AREA_LOST';
}

/**
 * True where another process can answer the call and this one cannot: it is the holder no more, or a newer program wrote what the
 * call needs. The call stays unanswered, and comes again.
 */
export function isForAnother(error: unknown): boolean {
  return isLost(error) || (error instanceof StableAreaError && error.code === 'STABLE_AREA_FORMAT');
}
