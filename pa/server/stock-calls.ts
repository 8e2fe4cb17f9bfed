import type { RpcCall } from '../../rpc/call-message.ts';
import { authNone } from '../../rpc/opaque-auth.ts';
import { acceptedReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { Key } from '../../stable-area/stable-area.ts';
import { decodeAll } from '../../xdr/decode.ts';
import { callDigest, earlierDigest } from '../digest.ts';
import type { CallTarget } from './call-target.ts';
import type { CallCounters } from './counters.ts';
import type { Executor } from './executor.ts';
import { executeReading } from './reading-call.ts';
import type { ReadingTurns } from './reading-turns.ts';
import { type RegisteredCalls, replyMessage } from './registered-call.ts';
import type { ReplyGate } from './reply-gate.ts';
import { ReplyRoute } from './reply-route.ts';
import type { Caller } from './service.ts';
import type { ServiceRow, ServiceTable } from './service-table.ts';
import type { StockPeer } from './stock-peer.ts';
import type { StockPeers } from './stock-peers.ts';
import { peerKey } from './stock-records.ts';
import { StockRegister } from './stock-register.ts';

export interface StockCallParts {
  readonly gate: ReplyGate;
  readonly executor: Executor;
  readonly turns: ReadingTurns;
  readonly calls: RegisteredCalls;
  readonly peers: StockPeers<ReplyRoute>;
  readonly table: ServiceTable;
  readonly counters: CallCounters;
  readonly registration: boolean;
  readonly fault: (procedure: string, error: unknown) => void;
  readonly failed: (error: unknown, target: CallTarget) => void;
}

/** A decoded call of a stock client, on its way through the steps. */
interface StockCall {
  readonly call: RpcCall;
  readonly caller: Caller;
  readonly target: CallTarget;
  readonly row: ServiceRow;
  readonly args: unknown;
}

/**
 * Calls without a PA header (a kernel client, libnfs): durable and confirmed as every call, and recognised by peer, xid
 * and digest when they come again from the same address and port.
 */
export class StockCalls {
  readonly #parts: StockCallParts;
  /** Whose ring a caller has: made once, since a connection has one caller for nearly all calls. */
  readonly #keys = new WeakMap<Caller, Key>();

  constructor(parts: StockCallParts) {
    this.#parts = parts;
  }

  onCall(call: RpcCall, connection: RpcConnection, caller: Caller): void {
    const { counters, table } = this.#parts;
    counters.stock += 1;
    const target: CallTarget = { xid: call.xid, connection };
    const found = table.find(call.program, call.version, call.procedure);
    if (found.kind === 'unavailable') {
      this.#answer(0, target, acceptedReply(found.outcome));
      return;
    }
    const { row } = found;
    const decoded = decodeAll(row.procedure.arguments, call.argumentBytes);
    if (!decoded.ok) {
      this.#answer(0, target, acceptedReply({ status: 'GARBAGE_ARGS' }));
      return;
    }
    const stockCall: StockCall = { call, caller, target, row, args: decoded.value };
    if (row.reading) executeReading(this.#parts, stockCall, authNone);
    else this.#find(stockCall);
  }

  #find(stockCall: StockCall): void {
    const { peers, failed } = this.#parts;
    const key = this.#keyOf(stockCall.caller);
    const peer = peers.find(key);
    if (peer !== undefined) {
      this.#admit(stockCall, peer);
      return;
    }
    peers
      .load(key)
      .then((loaded) => {
        this.#admit(stockCall, loaded);
      })
      .catch((error: unknown) => {
        failed(error, stockCall.target);
      });
  }

  #keyOf(caller: Caller): Key {
    const known = this.#keys.get(caller);
    if (known !== undefined) return known;
    const { address, port, transport } = caller;
    const key = peerKey({ address, port, transport, gatewayUi: undefined });
    this.#keys.set(caller, key);
    return key;
  }

  #admit({ call, caller, target, row, args }: StockCall, peer: StockPeer<ReplyRoute>): void {
    const { counters, calls, registration } = this.#parts;
    const current = callDigest(call, this.#parts.executor.volume.areaId);
    const digest = peer.rememberedDigest(call.xid, current, () => earlierDigest(call));
    const admission = peer.admit(call.xid, digest, new ReplyRoute(target));
    switch (admission.kind) {
      case 'done':
        counters.duplicatesDone += 1;
        this.#answer(admission.call.batch, target, replyMessage(admission.call, authNone));
        return;
      case 'in-progress':
        counters.duplicatesInProgress += 1;
        admission.running.attach(target);
        return;
      case 'new': {
        if (admission.collision) counters.collisions += 1;
        const register = new StockRegister(peer, call.xid, digest, registration, counters);
        const verifier = authNone;
        calls.execute({ row, args, message: call, caller, digest, register, verifier });
        return;
      }
    }
  }

  #answer(batch: number, target: CallTarget, message: readonly Buffer[]): void {
    this.#parts.gate.release(batch, () => {
      target.connection.reply(target.xid, message);
    });
  }
}
