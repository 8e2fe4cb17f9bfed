import { strict as assert } from 'node:assert';
import { resultOfReply } from '../../../rpc/client/reply-result.ts';
import { authNone } from '../../../rpc/opaque-auth.ts';
import type { RpcReply } from '../../../rpc/reply-message.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import type { HolderWatch } from '../../../stable-area/records/holder-watch.ts';
import type {
  RecordStore,
  Table,
  TableRecord,
  Transaction,
} from '../../../stable-area/records/record-store.ts';
import type { Key } from '../../../stable-area/stable-area.ts';
import { encodeToBuffer } from '../../../xdr/decode.ts';
import type { AnyProcedure } from '../../../xdr/program.ts';
import { AliasSession } from '../../client/alias-session.ts';
import type { KnownLife, LifeName } from '../../client/lasting.ts';
import { clientLimits } from '../../client/limits.ts';
import type { LinkEnvironment } from '../../client/link.ts';
import { assertAliasName } from '../../directory/port.ts';
import type { PortDirectory } from '../../directory/port-directory.ts';
import { PaError } from '../../error.ts';
import type { ClusterSecret } from '../../secret.ts';
import type { CallCounters } from '../counters.ts';
import type { Failpoints } from '../failpoints.ts';
import type { ReplyGate } from '../reply-gate.ts';
import type { NestedOutcome } from '../service.ts';
import { CallNumbers } from './call-numbers.ts';
import type { NestedRequest } from './nested-call.ts';
import {
  destinationKey,
  destinations,
  type NestedCallRecord,
  nestedCallKey,
  nestedCallKeysEnd,
  nestedCalls,
  type OuterCall,
  parseNestedCallKey,
} from './records.ts';

/** What it takes to call other aliases. */
export interface Outside {
  readonly environment: LinkEnvironment;
  readonly directory: PortDirectory;
}

export interface NestedCallsParts {
  readonly outside: Outside;
  readonly secret: ClusterSecret | undefined;
  readonly watch: HolderWatch;
  readonly store: RecordStore;
  readonly gate: ReplyGate;
  readonly counters: CallCounters;
  readonly failpoints: Failpoints;
  /** A bug of ours, unless the holder was lost. */
  readonly failed: (error: unknown) => void;
}

/** An unfinished call to another alias. */
export interface InnerCall {
  readonly alias: string;
  readonly sequence: number;
  /** As it was stored first: `life` may have changed since. */
  readonly record: NestedCallRecord;
  /** The life that it is stored with. */
  life: LifeName | undefined;
  /** By this process or an earlier one. */
  mayHaveBeenSent: boolean;
}

/** One outer call may call onward so often: a service that never comes to an end is a bug. */
const stepsMax = 64;
const restoredAtOnce = 256;

/** A PAM that was just restarted knows an alias again after some heartbeats, and an outcome is for ever. */
const limits = clientLimits({ outstandingMax: 512, unknownAliasPatienceMs: 30_000 });

/**
 * The calls that an alias makes to others, as one client of each of them whoever serves the alias: the client's UI is the
 * alias's own, and its life, its numbers and its unfinished calls are in the stable area (DESIGN "A handler that calls
 * another alias").
 */
export class NestedCalls {
  readonly #parts: NestedCallsParts;
  readonly #numbers = new Map<string, CallNumbers>();
  readonly #sessions = new Map<string, AliasSession>();
  /** Sent, or about to be, and not ended. */
  readonly #running = new Set<InnerCall>();
  /** Lives of earlier processes. */
  readonly #lives = new Map<string, KnownLife>();

  constructor(parts: NestedCallsParts) {
    this.#parts = parts;
    parts.watch.onLoss(() => {
      for (const session of this.#sessions.values()) void session.close();
    });
  }

  /** After a claim, before anything is admitted: what an earlier process has begun and not ended, in the order of the numbers. */
  async restore(): Promise<InnerCall[]> {
    for (const { key: alias, value } of await this.#all(destinations)) {
      this.#numbers.set(alias, new CallNumbers(value.next));
      if (value.life !== undefined) this.#lives.set(alias, value.life);
    }
    const records = await this.#all(nestedCalls);
    return records.map(({ key, value: record }) => {
      const { alias, sequence } = parseNestedCallKey(key);
      this.#numbersOf(alias).restore(sequence);
      const { life } = record;
      return { alias, sequence, record, life, mayHaveBeenSent: life !== undefined };
    });
  }

  /** Adds a call to the transaction that asks for it. `before`: the inner call that ended just before. */
  put(
    transaction: Transaction,
    outer: OuterCall,
    { call }: NestedRequest,
    before: InnerCall | undefined,
  ): InnerCall {
    const { alias, version, procedure, credential = authNone, then } = call;
    assertAliasName(alias);
    assert(then.after === procedure, `"${then.name}" goes on after ${then.after.name}`);
    const step = (before?.record.step ?? 0) + 1;
    assert(step <= stepsMax, `one call calls onward more than ${stepsMax} times`);
    const { next, life } = transaction.get(destinations, destinationKey(alias)) ?? {
      next: 1,
      life: undefined,
    };
    const { program, version: number } = version;
    const inner = {
      program,
      version: number,
      procedure: procedure.number,
      credential,
      argumentBytes: encodeToBuffer<unknown>(procedure.arguments, call.args),
    };
    const record: NestedCallRecord = { outer, inner, life, then: then.name, step };
    transaction.put(destinations, destinationKey(alias), { next: next + 1, life });
    transaction.put(nestedCalls, nestedCallKey(alias, next), record);
    return { alias, sequence: next, record, life, mayHaveBeenSent: false };
  }

  /** Takes a call that has ended out, in the transaction that uses its outcome. */
  delete(transaction: Transaction, { alias, sequence }: InnerCall): void {
    transaction.delete(nestedCalls, nestedCallKey(alias, sequence));
  }

  /** The transaction with `put` was committed. */
  began({ alias, sequence }: InnerCall): void {
    this.#parts.counters.nested += 1;
    this.#numbersOf(alias).began(sequence);
  }

  /** The transaction with `delete` is durable and confirmed: now the other alias may forget its reply. */
  finished({ alias, sequence }: InnerCall): void {
    this.#numbersOf(alias).finished(sequence);
    this.#sessions.get(alias)?.finished();
  }

  /**
   * Makes the call, to its end; the transaction with `put` is durable and confirmed. `ended` is called once, or never where
   * the holder is lost: then whoever holds the volume next makes the same call.
   */
  send(
    inner: InnerCall,
    after: AnyProcedure,
    ended: (outcome: NestedOutcome<unknown>) => void,
  ): void {
    const { alias, sequence, record, life, mayHaveBeenSent } = inner;
    const { argumentBytes, ...header } = record.inner;
    this.#running.add(inner);
    this.#parts.failpoints.pass('before-nested-send');
    this.#session(alias)
      .call(
        { ...header, argumentBuffers: [argumentBytes] },
        {},
        { sequence, life, mayHaveBeenSent, bind: (to) => this.#bind(inner, to) },
      )
      .then(
        (reply) => {
          this.#parts.failpoints.pass('after-nested-reply');
          this.#running.delete(inner);
          ended(outcomeOf(reply, after, alias));
        },
        (error: unknown) => {
          this.#running.delete(inner);
          this.#failed(inner, after, error, ended);
        },
      );
  }

  /**
   * The client whose call waits for these has ended (extermination): what is not executed yet, here or further down the chain,
   * need not be. Each continuation is told what became of its call, and decides. `sequence` undefined: all of that client's.
   */
  abandon(client: Key, sequence?: number): boolean {
    const found = [...this.#running].filter(({ record }) => {
      const { session, stock } = record.outer.ids;
      // Behind a gateway that has ended its client may wait still, and asks the next one.
      if (session?.client !== client || stock !== undefined) return false;
      return sequence === undefined || sequence === session.sequence;
    });
    for (const inner of found) this.abandonInner(inner);
    return found.length > 0;
  }

  /** `send` was called. */
  abandonInner({ alias, sequence }: InnerCall): void {
    this.#sessions.get(alias)?.abandon(sequence);
  }

  #failed(
    inner: InnerCall,
    after: AnyProcedure,
    error: unknown,
    ended: (outcome: NestedOutcome<unknown>) => void,
  ): void {
    // Closed: the holder was lost.
    if (this.#parts.watch.holder.loss !== undefined) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof PaError) || error.outcome === 'not-executed') {
      ended({ kind: 'not-executed', reason });
    } else if (error.code === 'PA_OUTCOME_UNKNOWN') {
      this.#parts.counters.nestedUnknown += 1;
      ended({ kind: 'unknown', reason });
    } else {
      // No PAM knows the alias any more, and the call may have reached it when one did.
      inner.mayHaveBeenSent = true;
      this.send(inner, after, ended);
    }
  }

  /** A life that nobody would know after us may not be used: what was sent in it would be sent again in another. */
  #bind(inner: InnerCall, life: KnownLife): Promise<void> {
    return new Promise((resolve) => {
      this.#storeLife(inner, life).then(resolve, this.#parts.failed);
    });
  }

  async #storeLife(inner: InnerCall, life: KnownLife): Promise<void> {
    const { store, gate } = this.#parts;
    const { alias, sequence, record } = inner;
    const executed = await store.execute((transaction) => {
      const known = transaction.get(destinations, destinationKey(alias));
      assert(known !== undefined, 'a call has its number from the record of its destination');
      const { areaUi, incarnation } = known.life ?? { areaUi: '', incarnation: 0 };
      // Of two calls, that of the earlier life may come later.
      if (areaUi !== life.areaUi || incarnation < life.incarnation) {
        transaction.put(destinations, destinationKey(alias), { ...known, life });
      }
      transaction.put(nestedCalls, nestedCallKey(alias, sequence), { ...record, life });
    });
    inner.life = life;
    await gate.passed(executed.batch);
    this.#parts.failpoints.pass('after-nested-bind');
  }

  #session(alias: string): AliasSession {
    const known = this.#sessions.get(alias);
    if (known !== undefined) return known;
    const { outside, secret, watch } = this.#parts;
    const numbers = this.#numbersOf(alias);
    const session = new AliasSession({
      ...outside,
      alias,
      clientUi: Buffer.from(watch.holder.claim.areaId),
      secret,
      limits,
      events: {},
      giveUpAfterMs: undefined,
      identity: {
        life: this.#lives.get(alias),
        lowestUnfinished: () => numbers.lowestUnfinished,
      },
    });
    this.#sessions.set(alias, session);
    return session;
  }

  #numbersOf(alias: string): CallNumbers {
    let numbers = this.#numbers.get(alias);
    if (numbers === undefined) {
      numbers = new CallNumbers(1);
      this.#numbers.set(alias, numbers);
    }
    return numbers;
  }

  async #all<V>(table: Table<V>): Promise<TableRecord<V>[]> {
    const all: TableRecord<V>[] = [];
    for (let from: Key = ''; ; ) {
      const range = { from, to: nestedCallKeysEnd, limit: restoredAtOnce };
      const { result } = await this.#parts.store.execute((transaction) =>
        transaction.range(table, range),
      );
      all.push(...result);
      const last = result.at(-1);
      if (last === undefined || result.length < restoredAtOnce) return all;
      from = `${last.key}\x00`;
    }
  }
}

function outcomeOf(reply: RpcReply, after: AnyProcedure, alias: string): NestedOutcome<unknown> {
  const result: unknown = resultOfReply(reply, after.result, `${alias}: ${after.name}`);
  if (!(result instanceof RpcError)) return { kind: 'replied', result };
  // Executed, and what it gave cannot be read.
  if (result.code === 'RPC_CANTDECODERES') return { kind: 'unknown', reason: result.message };
  return { kind: 'refused', error: result };
}
