import { parseCredential } from '../../../rpc/auth.ts';
import { authNone } from '../../../rpc/opaque-auth.ts';
import { StableAreaError } from '../../../stable-area/stable-area.ts';
import { decodeAll } from '../../../xdr/decode.ts';
import { encodeReplyHeader, paFlavor } from '../../header.ts';
import { nobody } from '../call-target.ts';
import type { CallCounters } from '../counters.ts';
import { parseClientKey } from '../records.ts';
import type { CallRegister, RegisteredCall, RegisteredCalls } from '../registered-call.ts';
import { RelayedRegister } from '../relayed-register.ts';
import { ReplyRoute } from '../reply-route.ts';
import type { ServiceTable } from '../service-table.ts';
import { SessionRegister } from '../session-register.ts';
import type { Sessions } from '../sessions.ts';
import type { StockPeers } from '../stock-peers.ts';
import { StockRegister } from '../stock-register.ts';
import type { InnerCall, NestedCalls } from './nested-calls.ts';
import type { OuterCall } from './records.ts';

export interface RestoreParts {
  readonly epoch: number;
  readonly nested: NestedCalls;
  readonly calls: RegisteredCalls;
  readonly sessions: Sessions<ReplyRoute>;
  readonly peers: StockPeers<ReplyRoute>;
  readonly table: ServiceTable;
  readonly counters: CallCounters;
  readonly registration: boolean;
}

/**
 * Before a new holder admits anything: the calls that wait for their inner calls run again, so that a copy of one is
 * attached and never executed, and go on to their end, also when nobody ever asks for them.
 */
export async function restoreNestedCalls(parts: RestoreParts): Promise<void> {
  const inners = await parts.nested.restore();
  const calls = await Promise.all(inners.map((inner) => restoreOuter(parts, inner)));
  inners.forEach((inner, index) => {
    const call = calls[index];
    if (call === undefined) return;
    const { session, stock } = inner.record.outer.ids;
    const isOrphan =
      session !== undefined && stock === undefined && parts.sessions.isOver(session.client);
    parts.calls.takeOver(call, inner, isOrphan);
  });
}

async function restoreOuter(parts: RestoreParts, inner: InnerCall): Promise<RegisteredCall> {
  const { outer, then } = inner.record;
  const { message, digest } = outer;
  const found = parts.table.find(message.program, message.version, message.procedure);
  const row = found.kind === 'found' ? found.row : undefined;
  const decoded = row && decodeAll(row.procedure.arguments, message.argumentBytes);
  const credential = parseCredential(message.credential);
  if (
    row?.continuations.has(then) !== true ||
    decoded?.ok !== true ||
    credential.flavor === undefined
  ) {
    throw new StableAreaError(
      'STABLE_AREA_FORMAT',
      `a call of program ${message.program} waits for "${inner.alias}", and this program has no "${then}" to go on with: use the one that began it`,
    );
  }
  const caller = { ...outer.caller, credential };
  const register = await restoreRegister(parts, outer);
  const isFtIpc = outer.ids.session !== undefined;
  const ok = encodeReplyHeader({ kind: 'ok', epoch: parts.epoch });
  const verifier = isFtIpc ? { flavor: paFlavor, body: ok } : authNone;
  return { row, args: decoded.value as unknown, message, caller, digest, register, verifier };
}

async function restoreRegister(parts: RestoreParts, outer: OuterCall): Promise<CallRegister> {
  const route = new ReplyRoute(nobody);
  const own = await restoreSession(parts, outer, route);
  const original = await restorePeer(parts, outer, route);
  if (own !== undefined && original !== undefined) return new RelayedRegister(own, original);
  return own ?? original ?? forgotten;
}

async function restoreSession(
  { sessions, registration }: RestoreParts,
  { ids, digest }: OuterCall,
  route: ReplyRoute,
): Promise<CallRegister | undefined> {
  if (ids.session === undefined) return undefined;
  const { client, sequence } = ids.session;
  const { clientUi, incarnation } = parseClientKey(client);
  const session = await sessions.load(clientUi, incarnation);
  if (session === undefined) return undefined;
  session.restoreRunning(sequence, digest, route);
  // Refused is only what was not begun.
  return new SessionRegister(session, sequence, registration, () => undefined);
}

async function restorePeer(
  { peers, counters, registration }: RestoreParts,
  { ids, digest }: OuterCall,
  route: ReplyRoute,
): Promise<CallRegister | undefined> {
  if (ids.stock === undefined) return undefined;
  const { peer: key, xid } = ids.stock;
  const peer = await peers.load(key);
  peer.restoreRunning(xid, digest, route);
  return new StockRegister(peer, xid, digest, registration, counters);
}

/** The caller was forgotten while its call waited: what was begun is ended, and nobody is told. */
const forgotten: CallRegister = {
  ids: {},
  check: () => undefined,
  put: () => undefined,
  executed: () => undefined,
  finished: () => undefined,
  refused: () => undefined,
};
