import { type BadCredential, parseCredential } from '../../rpc/auth.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { Caller } from './service.ts';

interface KnownCaller {
  readonly flavor: number;
  readonly body: Buffer;
  readonly caller: Caller;
}

/**
 * Who calls. A connection brings the same credential in nearly every call: it is parsed once, and stays one object, by
 * which others can remember what follows from it.
 */
export class Callers {
  readonly #last = new WeakMap<RpcConnection, KnownCaller>();

  find({ credential }: RpcCall, connection: RpcConnection): Caller | BadCredential {
    const last = this.#last.get(connection);
    if (last?.flavor === credential.flavor && last.body.equals(credential.body)) return last.caller;
    const parsed = parseCredential(credential);
    if (parsed.flavor === undefined) return parsed;
    const { host: address, port } = connection.peer;
    const caller: Caller = { credential: parsed, address, port, transport: connection.transport };
    // Copied: a view would keep the whole piece of the stream that it came in.
    const body = Buffer.from(credential.body);
    this.#last.set(connection, { flavor: credential.flavor, body, caller });
    return caller;
  }
}
