import { PaCallState, PaProgramV1 } from '../../protocol/generated/pa.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import type { AcceptedOutcome } from '../../rpc/reply-message.ts';
import type { RecordStore } from '../../stable-area/records/record-store.ts';
import type { Holder } from '../../stable-area/stable-area.ts';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import type { Procedure } from '../../xdr/program.ts';
import type { CallCounters } from './counters.ts';
import type { NestedCalls } from './nested/nested-calls.ts';
import type { ReplyRoute } from './reply-route.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface PaProgramParts {
  readonly sessions: Sessions<ReplyRoute>;
  readonly store: RecordStore;
  readonly holder: Holder;
  readonly counters: CallCounters;
  /** Undefined: the volume calls no other alias. */
  readonly nested: NestedCalls | undefined;
}

/** A lease is never extended by more than this at once. */
const leaseExtraMaxMs = 86_400_000;

/** What the answer is, and the batch that must be durable before it leaves. */
export interface ProgramAnswer {
  readonly outcome: AcceptedOutcome;
  readonly batch: number;
}

interface Row {
  readonly name: string;
  answer(argumentBytes: Buffer): Promise<ProgramAnswer>;
}

const garbage: ProgramAnswer = { outcome: { status: 'GARBAGE_ARGS' }, batch: 0 };

/** PA's own program (protocol/pa.x): lives of clients, their leases, and what became of their calls. */
export class PaProgram {
  readonly #parts: PaProgramParts;
  readonly #rows: ReadonlyMap<number, Row>;

  constructor(parts: PaProgramParts) {
    this.#parts = parts;
    const { procedures } = PaProgramV1;
    this.#rows = new Map([
      row(procedures.paNull, async () => ({ result: undefined, batch: 0 })),
      row(procedures.paHello, async ({ client, previousIncarnation }) => {
        parts.counters.hellos += 1;
        const { sessions } = parts;
        const hello = await sessions.hello(client, Number(previousIncarnation));
        const incarnation = BigInt(hello.incarnation);
        return { result: { incarnation, leaseMs: sessions.leaseMs }, batch: hello.batch };
      }),
      row(procedures.paAya, async ({ client, incarnation, sequence }) => {
        const session = await this.#session(client, incarnation);
        const state = session?.state(Number(sequence)) ?? 'unknown';
        // Whatever is told of the state, all that it was derived from is durable first.
        return { result: { state: wireStates[state] }, batch: parts.holder.lastBatch };
      }),
      row(procedures.paComplete, async ({ client, incarnation, lowestUnfinished }) => {
        const session = await this.#session(client, incarnation);
        if (session === undefined) return { result: { known: false }, batch: 0 };
        session.complete(Number(lowestUnfinished));
        return { result: { known: true }, batch: await this.#free(session) };
      }),
      row(procedures.paExtendLease, async ({ client, incarnation, extraMs }) => {
        const session = await this.#session(client, incarnation);
        const { leaseMs } = parts.sessions;
        if (session === undefined) return { result: { known: false, leaseMs }, batch: 0 };
        const extra = Math.min(extraMs, leaseExtraMaxMs);
        parts.sessions.renew(session, extra);
        return { result: { known: true, leaseMs: leaseMs + extra }, batch: 0 };
      }),
      row(procedures.paAbandon, async ({ client, incarnation, sequence }) => {
        // Renews the lease: whoever ends the work of others is alive itself.
        const session = await this.#session(client, incarnation);
        const known =
          session !== undefined && parts.nested?.abandon(session.client, Number(sequence)) === true;
        return { result: { known }, batch: 0 };
      }),
      row(procedures.paGoodbye, async ({ client, incarnation }) => {
        const { known, batch } = await parts.sessions.end(client, Number(incarnation));
        return { result: { known }, batch };
      }),
    ]);
  }

  serves(call: RpcCall): boolean {
    return call.program === PaProgramV1.program;
  }

  async answer(call: RpcCall): Promise<ProgramAnswer> {
    const { version } = PaProgramV1;
    if (call.version !== version) {
      return { outcome: { status: 'PROG_MISMATCH', low: version, high: version }, batch: 0 };
    }
    const found = this.#rows.get(call.procedure);
    if (found === undefined) return { outcome: { status: 'PROC_UNAVAIL' }, batch: 0 };
    return found.answer(call.argumentBytes);
  }

  /** The session, unless it has ended. */
  async #session(
    clientUi: Uint8Array,
    incarnation: bigint,
  ): Promise<Session<ReplyRoute> | undefined> {
    const { sessions } = this.#parts;
    const number = Number(incarnation);
    const session = sessions.find(clientUi, number) ?? (await sessions.load(clientUi, number));
    return session?.ended === true ? undefined : session;
  }

  /** An explicit completion notice comes from an idle client: everything is freed now. */
  async #free(session: Session<ReplyRoute>): Promise<number> {
    for (let last = 0; ; ) {
      const { result: freed, batch } = await this.#parts.store.execute((transaction) =>
        session.ended ? undefined : this.#parts.sessions.free(session, transaction),
      );
      if (batch > last) last = batch;
      if (freed === undefined) return last;
      freed();
    }
  }
}

/** Numbers have 64 bits on the wire and are below 2^53 in fact, as in the header (`CallHeader`). */
function hasBadNumber(args: unknown): boolean {
  return (
    typeof args === 'object' &&
    args !== null &&
    Object.values(args).some((value) => typeof value === 'bigint' && value >= numbersEnd)
  );
}

const numbersEnd = 2n ** 53n - 1n;

const wireStates = {
  unknown: PaCallState.PA_CALL_UNKNOWN,
  'in-progress': PaCallState.PA_CALL_IN_PROGRESS,
  done: PaCallState.PA_CALL_DONE,
} as const;

function row<Arguments, Result>(
  procedure: Procedure<Arguments, Result>,
  handle: (args: Arguments) => Promise<{ result: Result; batch: number }>,
): [number, Row] {
  const answer = async (argumentBytes: Buffer): Promise<ProgramAnswer> => {
    const decoded = decodeAll(procedure.arguments, argumentBytes);
    if (!decoded.ok || hasBadNumber(decoded.value)) return garbage;
    const { result, batch } = await handle(decoded.value);
    return {
      outcome: { status: 'SUCCESS', results: encodeToBuffer(procedure.result, result) },
      batch,
    };
  };
  return [procedure.number, { name: procedure.name, answer }];
}
