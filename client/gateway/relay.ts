import type { Timers } from '../../environment/clock.ts';
import { delay } from '../../environment/clock.ts';
import type { PaAlias } from '../../pa/client/pa-client.ts';
import type { RawCall } from '../../pa/client/pending-call.ts';
import { PaError } from '../../pa/error.ts';
import type { StockOrigin } from '../../pa/header.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import type { HeldCall } from './held-calls.ts';

export interface RelayParts {
  readonly timers: Timers;
  readonly alias: Pick<PaAlias, 'callRaw'>;
  /** 16 bytes. Not the UI of the PA client, which is one of this process alone. */
  readonly gatewayUi: Buffer;
  readonly relayAgainMs: number;
  readonly report: (message: string, error: unknown) => void;
}

/**
 * Relays a call to the alias, as often as it takes; undefined when the PA client was closed. FT-IPC answers it over
 * takeovers by itself. What it cannot tell is the outcome of a call whose lease ended, or whose id somebody else used:
 * then the call goes out again under a new id. The server recognises it by the client behind the gateway, as it does
 * after a restart of the gateway; the stock client's own retransmission would be nothing else.
 */
export async function relay(held: HeldCall, parts: RelayParts): Promise<RpcReply | undefined> {
  const { call, connection } = held;
  const request: RawCall = {
    program: call.program,
    version: call.version,
    procedure: call.procedure,
    credential: call.credential,
    argumentBuffers: [call.argumentBytes],
  };
  const origin: StockOrigin = {
    gatewayUi: parts.gatewayUi,
    address: connection.peer.host,
    port: connection.peer.port,
    transport: connection.transport,
    xid: call.xid,
  };
  for (;;) {
    try {
      return await parts.alias.callRaw(request, { origin });
    } catch (error) {
      if (!(error instanceof PaError)) throw error;
      if (error.code === 'PA_CLOSED') return undefined;
      parts.report('relaying a call once more', error);
      await delay(parts.timers, parts.relayAgainMs);
    }
  }
}
