import { strict as assert } from 'node:assert';
import { credentialWithoutStamp } from '../../rpc/auth.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { GatewayLimits } from './limits.ts';

/** A call of a stock client, from its arrival until its reply goes back. */
export interface HeldCall {
  readonly call: RpcCall;
  /** Where it was asked last: there the reply goes. */
  connection: RpcConnection;
  /** The same for all copies of the call. */
  readonly key: string;
}

/** Whether the call that came is one that is held already. */
export interface Arrival {
  readonly held: HeldCall;
  readonly isNew: boolean;
}

/** What a call without large arguments is counted as: its header, and what is kept beside it. */
const overheadBytes = 1_024;

/**
 * The calls that wait for a reply of the alias, by the identity that the server knows them by too: client address and
 * port, transport, xid, and what is asked. The server compares digests, because it remembers replies; here the call itself
 * is still there, and a comparison costs nothing where no call comes twice.
 */
export class HeldCalls {
  readonly #limits: GatewayLimits;
  /** Several under one key differ in what they ask: two programs at work on one socket, or a client that begins anew. */
  readonly #calls = new Map<string, HeldCall[]>();
  #count = 0;
  #bytes = 0;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.#limits.heldCallsMax || this.#bytes >= this.#limits.heldBytesMax;
  }

  /** There is room again for a good number of calls. */
  get hasRoom(): boolean {
    const usedPart = 1 - this.#limits.freePart;
    return (
      this.#count <= this.#limits.heldCallsMax * usedPart &&
      this.#bytes <= this.#limits.heldBytesMax * usedPart
    );
  }

  /** Takes a call; where it is held already, gives that one. Undefined: it would be new, and that is not wanted. */
  take(call: RpcCall, connection: RpcConnection, mayBeNew: boolean): Arrival | undefined {
    const key = keyOf(call, connection);
    const known = this.#calls.get(key);
    const running = known?.find((held) => asksTheSame(held.call, call));
    if (running !== undefined) return { held: running, isNew: false };
    if (!mayBeNew) return undefined;
    const held = { call, connection, key };
    if (known === undefined) this.#calls.set(key, [held]);
    else known.push(held);
    this.#count += 1;
    this.#bytes += bytesOf(call);
    return { held, isNew: true };
  }

  remove(held: HeldCall): void {
    const calls = this.#calls.get(held.key);
    const at = calls?.indexOf(held) ?? -1;
    assert(calls !== undefined && at >= 0, 'a call is held until it ends');
    if (calls.length === 1) this.#calls.delete(held.key);
    else calls.splice(at, 1);
    this.#count -= 1;
    this.#bytes -= bytesOf(held.call);
  }
}

function keyOf({ xid }: RpcCall, { transport, peer }: RpcConnection): string {
  return `${transport} ${peer.port} ${xid} ${peer.host}`;
}

function bytesOf(call: RpcCall): number {
  return overheadBytes + call.argumentBytes.length;
}

/** As pa/digest.ts has it: a client may put another stamp into the credential of what it sends again. */
function asksTheSame(a: RpcCall, b: RpcCall): boolean {
  return (
    a.program === b.program &&
    a.version === b.version &&
    a.procedure === b.procedure &&
    a.credential.flavor === b.credential.flavor &&
    credentialWithoutStamp(a.credential).equals(credentialWithoutStamp(b.credential)) &&
    a.argumentBytes.equals(b.argumentBytes)
  );
}
