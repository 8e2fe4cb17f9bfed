import { strict as assert } from 'node:assert';
import type { RpcServerLimits } from '../../rpc/server/limits.ts';

/** What a gateway keeps in memory while calls wait for their replies, above all while nobody serves the alias. */
export interface GatewayLimits {
  /** Calls of all clients. Beyond, no connection is read, and calls over UDP are dropped. */
  readonly heldCallsMax: number;
  /** The same in bytes of arguments. */
  readonly heldBytesMax: number;
  /** Reading goes on when this part of both is free again: not for each call anew. */
  readonly freePart: number;
  /** Between attempts to relay a call whose outcome PA could not tell. */
  readonly relayAgainMs: number;
  /** How long an orderly end waits for the replies to what was relayed. */
  readonly endPatienceMs: number;
  /** And then for clients to take them. */
  readonly flushPatienceMs: number;
}

const defaults: GatewayLimits = {
  heldCallsMax: 8_192,
  heldBytesMax: 128 * 1024 * 1024,
  freePart: 0.25,
  relayAgainMs: 200,
  endPatienceMs: 3_000,
  flushPatienceMs: 500,
};

/**
 * Of one connection. What is outstanding bounds the replies too that may come for a client which then does not take them:
 * how long a reply will be, only its program knows.
 */
export const connectionLimits: Partial<RpcServerLimits> = {
  callsInFlightMax: 128,
  callBytesInFlightMax: 16 * 1024 * 1024,
};

export function completeLimits(changes: Partial<GatewayLimits> = {}): GatewayLimits {
  const limits = { ...defaults, ...changes };
  assert(limits.freePart > 0 && limits.freePart < 1, 'freePart');
  return limits;
}
