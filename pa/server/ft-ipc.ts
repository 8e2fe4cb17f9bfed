import type { RpcCall } from '../../rpc/call-message.ts';
import { type OpaqueAuth } from '../../rpc/opaque-auth.ts';
import { acceptedReply, rejectedReply, successReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { RecordStore } from '../../stable-area/records/record-store.ts';
import type { Holder } from '../../stable-area/stable-area.ts';
import { decodeAll } from '../../xdr/decode.ts';
import { callDigest } from '../digest.ts';
import {
  type CallHeader,
  decodeCallHeader,
  encodeReplyHeader,
  paFlavor,
  type ReplyHeader,
} from '../header.ts';
import { type CallTarget, isLost } from './call-target.ts';
import type { CallCounters } from './counters.ts';
import type { Executor } from './executor.ts';
import { PaProgram } from './pa-program.ts';
import { type RegisteredCalls, replyMessage, settle } from './registered-call.ts';
import type { ReplyGate } from './reply-gate.ts';
import type { Caller } from './service.ts';
import type { ServiceRow, ServiceTable } from './service-table.ts';
import type { Session } from './session.ts';
import { SessionRegister } from './session-register.ts';
import type { Sessions } from './sessions.ts';

export interface FtIpcParts {
  readonly gate: ReplyGate;
  readonly sessions: Sessions<CallTarget>;
  readonly executor: Executor;
  readonly calls: RegisteredCalls;
  readonly store: RecordStore;
  readonly holder: Holder;
  readonly table: ServiceTable;
  readonly counters: CallCounters;
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

/** Calls that carry a PA header: admitted by their id, executed once, answered from the register when they come again. */
export class FtIpc {
  readonly #parts: FtIpcParts;
  readonly #program: PaProgram;
  readonly #areaId: Buffer;
  readonly #ok: OpaqueAuth;

  constructor(parts: FtIpcParts) {
    this.#parts = parts;
    this.#program = new PaProgram(parts);
    this.#areaId = Buffer.from(parts.holder.claim.areaId);
    this.#ok = this.#verifier({ kind: 'ok', epoch: parts.holder.claim.epoch });
  }

  onCall(call: RpcCall, connection: RpcConnection, caller: Caller): void {
    const { counters, sessions } = this.#parts;
    const decoded = decodeCallHeader(call.verifier.body);
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
    const target: CallTarget = { xid: call.xid, connection };
    const ftCall: FtCall = { call, header, caller, target };
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
  #admit(ftCall: FtCall, session: Session<CallTarget> | undefined): void {
    const { call, header, target } = ftCall;
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
      this.#read(ftCall, row, decoded.value);
      return;
    }
    const digest = callDigest({ ...call, argumentBuffers: [call.argumentBytes] });
    const admission = session.admit(header.sequence, digest, target);
    switch (admission.kind) {
      case 'new':
        this.#parts.calls.execute({
          row,
          args: decoded.value,
          caller: ftCall.caller,
          digest,
          register: this.#register(session, header.sequence),
          verifier: this.#ok,
        });
        return;
      case 'done':
        counters.duplicatesDone += 1;
        this.#answer(admission.call.batch, target, replyMessage(admission.call, this.#ok));
        return;
      case 'in-progress':
        counters.duplicatesInProgress += 1;
        if (admission.replaced !== target) {
          admission.replaced.connection.drop(admission.replaced.xid);
        }
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

  #read({ caller, target }: FtCall, row: ServiceRow, args: unknown): void {
    settle(
      () => this.#parts.executor.call(row, args, caller, undefined),
      ({ result, batch }) => {
        this.#parts.counters.executed += 1;
        this.#answer(batch, target, successReply(result, this.#ok));
      },
      (error) => {
        if (isLost(error)) {
          this.#parts.failed(error, target);
          return;
        }
        this.#parts.fault(row.procedure.name, error);
        this.#answer(0, target, acceptedReply({ status: 'SYSTEM_ERR' }, this.#ok));
      },
    );
  }

  #register(session: Session<CallTarget>, sequence: number): SessionRegister {
    const { sessions, registration } = this.#parts;
    return new SessionRegister(sessions, session, sequence, registration, (target) => {
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
