import type { RpcCall } from '../../rpc/call-message.ts';
import { type OpaqueAuth } from '../../rpc/opaque-auth.ts';
import { acceptedReply, rejectedReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { RecordStore } from '../../stable-area/records/record-store.ts';
import type { Holder } from '../../stable-area/stable-area.ts';
import { decodeAll } from '../../xdr/decode.ts';
import { isLoopback } from '../bind-rule.ts';
import { callDigest, earlierDigest } from '../digest.ts';
import {
  type CallHeader,
  decodeCallHeader,
  type DecodedCallHeader,
  encodeReplyHeader,
  paFlavor,
  type ReplyHeader,
  verifyCallHeader,
} from '../header.ts';
import { KnownHeader } from '../known-header.ts';
import type { CallTarget } from './call-target.ts';
import type { ClusterSecret } from '../secret.ts';
import type { CallCounters } from './counters.ts';
import type { Executor } from './executor.ts';
import type { NestedCalls } from './nested/nested-calls.ts';
import { PaProgram } from './pa-program.ts';
import { executeReading } from './reading-call.ts';
import type { ReadingTurns } from './reading-turns.ts';
import { type CallRegister, type RegisteredCalls, replyMessage } from './registered-call.ts';
import { RelayedRegister } from './relayed-register.ts';
import type { ReplyGate } from './reply-gate.ts';
import { ReplyRoute } from './reply-route.ts';
import type { Caller } from './service.ts';
import type { ServiceRow, ServiceTable } from './service-table.ts';
import type { Session } from './session.ts';
import { SessionRegister } from './session-register.ts';
import type { Sessions } from './sessions.ts';
import type { StockPeer } from './stock-peer.ts';
import type { StockPeers } from './stock-peers.ts';
import { peerKey } from './stock-records.ts';
import { StockRegister } from './stock-register.ts';

export interface FtIpcParts {
  readonly gate: ReplyGate;
  readonly sessions: Sessions<ReplyRoute>;
  readonly peers: StockPeers<ReplyRoute>;
  /** The cluster's: who signs with it is believed for whom it relays. */
  readonly secret: ClusterSecret | undefined;
  readonly executor: Executor;
  readonly turns: ReadingTurns;
  readonly calls: RegisteredCalls;
  readonly store: RecordStore;
  readonly holder: Holder;
  readonly table: ServiceTable;
  readonly counters: CallCounters;
  /** Undefined: the volume calls no other alias. */
  readonly nested: NestedCalls | undefined;
  readonly registration: boolean;
  readonly failed: (error: unknown, target: CallTarget) => void;
  readonly fault: (procedure: string, error: unknown) => void;
}

/** A call with its header, on its way through the steps. */
interface FtCall {
  readonly call: RpcCall;
  readonly header: CallHeader;
  readonly caller: Caller;
  readonly target: CallTarget;
}

/** A mutating call that is new under its own id. */
interface AdmittedCall extends FtCall {
  readonly row: ServiceRow;
  readonly args: unknown;
  readonly digest: Uint8Array;
  readonly session: Session<ReplyRoute>;
  /** What `session` runs it with: `target` is the first copy only. */
  readonly route: ReplyRoute;
}

/** Calls that carry a PA header: admitted by their id, executed once, answered from the register when they come again. */
export class FtIpc {
  readonly #parts: FtIpcParts;
  readonly #program: PaProgram;
  readonly #areaId: Buffer;
  readonly #ok: OpaqueAuth;
  /** The last header of each connection that was decoded, and named this alias. */
  readonly #known = new WeakMap<RpcConnection, KnownHeader>();

  constructor(parts: FtIpcParts) {
    this.#parts = parts;
    this.#program = new PaProgram(parts);
    this.#areaId = Buffer.from(parts.holder.claim.areaId);
    this.#ok = this.#verifier({ kind: 'ok', epoch: parts.holder.claim.epoch });
  }

  onCall(call: RpcCall, connection: RpcConnection, caller: Caller): void {
    const { counters } = this.#parts;
    const { body } = call.verifier;
    const known = this.#known.get(connection)?.next(body);
    if (known !== undefined) {
      this.#take(call, known, caller, connection);
      return;
    }
    const decoded = decodeCallHeader(body);
    if (!decoded.ok) {
      counters.malformed += 1;
      connection.reply(call.xid, rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_BADVERF' }));
      return;
    }
    const { header } = decoded;
    if (!header.aliasUi.equals(this.#areaId)) {
      counters.addressUnknown += 1;
      connection.reply(call.xid, this.#refusal({ kind: 'address-unknown' }));
      return;
    }
    if (header.origin !== undefined && !this.#mayRelay(decoded, caller)) {
      counters.malformed += 1;
      connection.reply(call.xid, rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_BADVERF' }));
      return;
    }
    if (header.origin === undefined) this.#known.set(connection, new KnownHeader(body, header));
    this.#take(call, header, caller, connection);
  }

  #take(call: RpcCall, header: CallHeader, caller: Caller, connection: RpcConnection): void {
    const { sessions } = this.#parts;
    const target: CallTarget = { xid: call.xid, connection };
    const ftCall: FtCall = { call, header, caller: this.#originOf(caller, header), target };
    if (this.#program.serves(call)) {
      this.#onProgramCall(ftCall);
      return;
    }
    const session = sessions.find(header.clientUi, header.incarnation);
    if (session !== undefined) {
      this.#admit(ftCall, session);
      return;
    }
    sessions
      .load(header.clientUi, header.incarnation)
      .then((loaded) => {
        this.#admit(ftCall, loaded);
      })
      .catch((error: unknown) => {
        this.#parts.failed(error, target);
      });
  }

  /** Whoever speaks for others must know the secret; where there is none, it must be on this machine. */
  #mayRelay(decoded: Extract<DecodedCallHeader, { ok: true }>, caller: Caller): boolean {
    const { secret } = this.#parts;
    return secret === undefined ? isLoopback(caller.address) : verifyCallHeader(decoded, secret);
  }

  /** The stock client behind a gateway counts as the caller. Called for gateways that may relay. */
  #originOf(caller: Caller, { origin }: CallHeader): Caller {
    if (origin === undefined) return caller;
    const { address, port, transport } = origin;
    const knowsSecret = this.#parts.secret !== undefined;
    const relayedBy = { address: caller.address, port: caller.port, knowsSecret };
    return { credential: caller.credential, address, port, transport, relayedBy };
  }

  #onProgramCall({ call, target }: FtCall): void {
    this.#program
      .answer(call)
      .then(({ batch, outcome }) => {
        this.#answer(batch, target, acceptedReply(outcome, this.#ok));
      })
      .catch((error: unknown) => {
        this.#parts.failed(error, target);
      });
  }

  /** DESIGN "admit": before any check of the service's own. */
  #admit(ftCall: FtCall, session: Session<ReplyRoute> | undefined): void {
    const { call, header, caller, target } = ftCall;
    const { counters, table } = this.#parts;
    if (session === undefined || session.ended) {
      this.#expired(target);
      return;
    }
    session.complete(header.lowestUnfinished);
    const found = table.find(call.program, call.version, call.procedure);
    if (found.kind === 'unavailable') {
      this.#answer(0, target, acceptedReply(found.outcome, this.#ok));
      return;
    }
    const { row } = found;
    const decoded = decodeAll(row.procedure.arguments, call.argumentBytes);
    if (!decoded.ok) {
      this.#answer(0, target, acceptedReply({ status: 'GARBAGE_ARGS' }, this.#ok));
      return;
    }
    if (row.reading) {
      executeReading(this.#parts, { row, args: decoded.value, caller, target }, this.#ok);
      return;
    }
    const digest = callDigest(call, this.#areaId);
    const route = new ReplyRoute(target);
    let admission = session.admit(header.sequence, digest, route);
    if (admission.kind === 'collision') {
      admission = session.admit(header.sequence, earlierDigest(call), route);
    }
    switch (admission.kind) {
      case 'new':
        // Name by name: to spread an object costs as much as to admit the call.
        this.#executeNew({
          call,
          header,
          caller,
          target,
          row,
          args: decoded.value,
          digest,
          session,
          route,
        });
        return;
      case 'done':
        counters.duplicatesDone += 1;
        this.#answer(admission.call.batch, target, replyMessage(admission.call, this.#ok));
        return;
      case 'in-progress':
        counters.duplicatesInProgress += 1;
        admission.running.attach(target);
        return;
      case 'already-completed':
        counters.duplicatesCompleted += 1;
        target.connection.drop(target.xid);
        return;
      case 'collision':
        counters.collisions += 1;
        this.#refuse(target, { kind: 'collision', epoch: this.#parts.holder.claim.epoch });
        return;
      case 'beyond-window':
        counters.beyondWindow += 1;
        this.#answer(0, target, acceptedReply({ status: 'SYSTEM_ERR' }, this.#ok));
        return;
    }
  }

  #executeNew(call: AdmittedCall): void {
    const { origin } = call.header;
    if (origin === undefined) {
      this.#execute(call, this.#register(call.session, call.header.sequence));
      return;
    }
    const { peers, failed } = this.#parts;
    const key = peerKey(origin);
    const known = peers.find(key);
    if (known !== undefined) {
      this.#admitRelayed(call, origin.xid, known);
      return;
    }
    peers
      .load(key)
      .then((peer) => {
        this.#admitRelayed(call, origin.xid, peer);
      })
      .catch((error: unknown) => {
        call.session.finished(call.header.sequence);
        failed(error, call.route.target);
      });
  }

  /** New under the gateway's id; what matters now is whether an earlier life of the gateway relayed it already. */
  #admitRelayed(call: AdmittedCall, xid: number, peer: StockPeer<ReplyRoute>): void {
    const { counters, registration } = this.#parts;
    const { session, header, route } = call;
    const digest = peer.rememberedDigest(xid, call.digest, () => earlierDigest(call.call));
    const admission = peer.admit(xid, digest, route);
    switch (admission.kind) {
      case 'done':
        counters.duplicatesDone += 1;
        session.finished(header.sequence);
        this.#answer(admission.call.batch, route.target, replyMessage(admission.call, this.#ok));
        return;
      case 'in-progress':
        counters.duplicatesInProgress += 1;
        session.finished(header.sequence);
        admission.running.attach(route.target);
        return;
      case 'new': {
        if (admission.collision) counters.collisions += 1;
        const own = this.#register(session, header.sequence);
        const original = new StockRegister(peer, xid, digest, registration, counters);
        this.#execute(call, new RelayedRegister(own, original));
        return;
      }
    }
  }

  #execute(admitted: AdmittedCall, register: CallRegister): void {
    const { row, args, call: message, caller, digest } = admitted;
    const verifier = this.#ok;
    this.#parts.calls.execute({ row, args, message, caller, digest, register, verifier });
  }

  #register(session: Session<ReplyRoute>, sequence: number): SessionRegister {
    return new SessionRegister(session, sequence, this.#parts.registration, (target) => {
      this.#expired(target);
    });
  }

  #expired(target: CallTarget): void {
    this.#parts.counters.expired += 1;
    this.#refuse(target, { kind: 'expired', epoch: this.#parts.holder.claim.epoch });
  }

  /** EXPIRED and COLLISION tell of the state: they wait for what they were derived from, and are confirmed. */
  #refuse(target: CallTarget, header: ReplyHeader): void {
    this.#answer(this.#parts.holder.lastBatch, target, this.#refusal(header));
  }

  #refusal(header: ReplyHeader): Buffer[] {
    return acceptedReply({ status: 'SYSTEM_ERR' }, this.#verifier(header));
  }

  #answer(batch: number, target: CallTarget, message: readonly Buffer[]): void {
    this.#parts.gate.release(batch, () => {
      target.connection.reply(target.xid, message);
    });
  }

  #verifier(header: ReplyHeader): OpaqueAuth {
    return { flavor: paFlavor, body: encodeReplyHeader(header) };
  }
}
