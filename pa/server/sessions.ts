import type { Clock } from '../../environment/clock.ts';
import type { Key } from '../../stable-area/stable-area.ts';
import type {
  RecordStore,
  TableRecord,
  Transaction,
} from '../../stable-area/records/record-store.ts';
import {
  clientKey,
  clientRecords,
  counterKey,
  everyCallFinished,
  incarnationCounters,
  parseClientKey,
  registeredReplies,
  replyKeysOf,
  slotOfReplyKey,
  type StoredReply,
} from './records.ts';
import { Session, sequenceWindow } from './session.ts';
import { slotKey } from './slot-keys.ts';

/** Above every client's key, whose UI may begin with any byte. */
const clientKeysEnd: Key = '\xff'.repeat(25);

/** Replies freed by one batch at most: no batch changes more records than it must. */
const freedPerBatchMax = 64;

/** Registered replies of one client are never more than the window, and some of calls that were given up. */
const repliesPerClientMax = 4 * sequenceWindow;

/**
 * The clients of one volume: which incarnations are known, loaded from the stable area when one is first heard of after
 * a takeover. A lease ends when nothing was heard of a client for `leaseMs` while this process held the volume; a new
 * holder starts every lease anew.
 */
export class Sessions<Route> {
  readonly #store: RecordStore;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #sessions = new Map<Key, Session<Route>>();
  readonly #loading = new Map<Key, Promise<Session<Route> | undefined>>();
  /** The last one that was looked for: the headers of a client's calls have one buffer for its UI (`KnownHeader`). */
  #last:
    | { readonly clientUi: Uint8Array; readonly incarnation: number; readonly key: Key }
    | undefined;
  /** Called when a life of a client has ended, before what it left is freed. */
  onEnd: (client: Key) => void = () => undefined;

  constructor(store: RecordStore, clock: Clock, leaseMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  get leaseMs(): number {
    return this.#leaseMs;
  }

  get size(): number {
    return this.#sessions.size;
  }

  all(): Iterable<Session<Route>> {
    return this.#sessions.values();
  }

  /** The session, if it is in memory. Renews the lease: any message does. */
  find(clientUi: Uint8Array, incarnation: number): Session<Route> | undefined {
    const session = this.#sessions.get(this.#keyOf(clientUi, incarnation));
    if (session !== undefined) this.renew(session);
    return session;
  }

  #keyOf(clientUi: Uint8Array, incarnation: number): Key {
    const last = this.#last;
    if (last?.clientUi === clientUi && last.incarnation === incarnation) return last.key;
    const key = clientKey(clientUi, incarnation);
    this.#last = { clientUi, incarnation, key };
    return key;
  }

  /** That life has ended, as far as what is in memory tells. */
  isOver(client: Key): boolean {
    return this.#sessions.get(client)?.ended ?? true;
  }

  /** The session, loaded where it must be; undefined if this incarnation has no record here. */
  load(clientUi: Uint8Array, incarnation: number): Promise<Session<Route> | undefined> {
    const key = clientKey(clientUi, incarnation);
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#load(key).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }

  renew(session: Session<Route>, extraMs = 0): void {
    const endsMs = this.#clock.monotonicMs() + this.#leaseMs + extraMs;
    if (endsMs > session.leaseEndsMs) session.leaseEndsMs = endsMs;
  }

  /**
   * Gives a new incarnation, larger than any that this alias ever gave, and ends the client's previous one: its calls
   * are not executed any more and its records are freed. Durable at the batch that is returned.
   */
  async hello(
    clientUi: Uint8Array,
    previous: number,
  ): Promise<{ readonly incarnation: number; readonly batch: number }> {
    if (previous !== 0) await this.end(clientUi, previous);
    const executed = await this.#store.execute((transaction) => {
      const last = transaction.get(incarnationCounters, counterKey)?.last ?? 0;
      const incarnation = last + 1;
      transaction.put(incarnationCounters, counterKey, { last: incarnation });
      transaction.put(clientRecords, clientKey(clientUi, incarnation), { lowestUnfinished: 1 });
      return incarnation;
    });
    const key = clientKey(clientUi, executed.result);
    this.#sessions.set(key, new Session<Route>(key, executed.result, 1, this.#leaseEnd()));
    return { incarnation: executed.result, batch: executed.batch };
  }

  /**
   * Ends one life of a client and frees all its records, in steps. Returns whether it was known, and the batch with
   * the last of the deletions.
   */
  async end(clientUi: Uint8Array, incarnation: number): Promise<{ known: boolean; batch: number }> {
    const session = this.find(clientUi, incarnation) ?? (await this.load(clientUi, incarnation));
    if (session === undefined) return { known: false, batch: 0 };
    this.#end(session);
    const batch = await this.#forget(session.client);
    return { known: true, batch };
  }

  /** Ends every session whose lease is over; returns how many calls were outstanding in them. */
  async expire(): Promise<{ sessions: number; outstanding: number }> {
    const nowMs = this.#clock.monotonicMs();
    let outstanding = 0;
    let sessions = 0;
    for (const session of [...this.#sessions.values()]) {
      if (session.ended || session.leaseEndsMs > nowMs) continue;
      this.#end(session);
      sessions += 1;
      outstanding += session.runningCalls;
      await this.#forget(session.client);
    }
    return { sessions, outstanding };
  }

  #end(session: Session<Route>): void {
    session.ended = true;
    this.onEnd(session.client);
  }

  /** After a claim: starts the lease of every client that the stable area knows, heard of or not. */
  async startLeases(): Promise<void> {
    let from: Key = '';
    for (;;) {
      const range = { from, to: clientKeysEnd, limit: 256 };
      const { result } = await this.#store.execute((transaction) =>
        transaction.range(clientRecords, range),
      );
      for (const { key, value } of result) {
        if (this.#sessions.has(key)) continue;
        if (value.lowestUnfinished === everyCallFinished) {
          // The holder before us died while it freed what was registered for it.
          await this.#forget(key);
          continue;
        }
        const { clientUi, incarnation } = parseClientKey(key);
        await this.load(clientUi, incarnation);
      }
      const last = result.at(-1);
      if (last === undefined || result.length < range.limit) return;
      from = `${last.key}\x00`;
    }
  }

  /**
   * Adds to a transaction what frees completed replies of a client that does nothing more. Returns what to call when the
   * transaction was executed; undefined when there is nothing to free.
   */
  free(session: Session<Route>, transaction: Transaction): (() => void) | undefined {
    const slots = session.takeFreeable(freedPerBatchMax);
    if (slots === undefined) return undefined;
    const { client, lowestUnfinished } = session;
    transaction.put(clientRecords, client, { lowestUnfinished });
    for (const slot of slots) transaction.delete(registeredReplies, slotKey(client, slot));
    return () => {
      session.freed(slots, lowestUnfinished);
    };
  }

  async #load(key: Key): Promise<Session<Route> | undefined> {
    const { result } = await this.#store.execute((transaction) => {
      const record = transaction.get(clientRecords, key);
      if (record === undefined || record.lowestUnfinished === everyCallFinished) return undefined;
      const range = { ...replyKeysOf(key), limit: repliesPerClientMax };
      return { record, replies: transaction.range(registeredReplies, range) };
    });
    const replies = result === undefined ? [] : await this.#withSlots(key, result.replies);
    // A hello or another load may have made it in the meantime; what is in memory is never older.
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    if (result === undefined) return undefined;
    const { incarnation } = parseClientKey(key);
    const { lowestUnfinished } = result.record;
    const session = new Session<Route>(key, incarnation, lowestUnfinished, this.#leaseEnd());
    for (const { value } of replies) {
      session.complete(Math.max(value.lowestUnfinished, value.sequence - sequenceWindow + 1));
    }
    for (const { value, slot } of replies) {
      const { digest, status, results, sequence } = value;
      session.restore(sequence, { digest, status, results, batch: 0 }, slot);
    }
    this.#sessions.set(key, session);
    return session;
  }

  /** In the order of their slots. Gives one to each reply from before there were slots: after an upgrade, once for each client. */
  async #withSlots(
    client: Key,
    replies: readonly TableRecord<StoredReply>[],
  ): Promise<{ readonly value: StoredReply; readonly slot: number }[]> {
    const placed: { value: StoredReply; slot: number }[] = [];
    const earlier: TableRecord<StoredReply>[] = [];
    for (const reply of replies) {
      const slot = slotOfReplyKey(reply.key);
      if (slot === undefined) earlier.push(reply);
      else placed.push({ value: reply.value, slot });
    }
    let slot = (placed.at(-1)?.slot ?? -1) + 1;
    for (const { key, value } of earlier) {
      const placedKey = slotKey(client, slot);
      await this.#store.execute((transaction) => {
        transaction.delete(registeredReplies, key);
        transaction.put(registeredReplies, placedKey, value);
      });
      placed.push({ value, slot });
      slot += 1;
    }
    return placed;
  }

  /**
   * The client's record goes last: as long as it is there, a new holder finds what is left. It says from the first batch on
   * that this life has ended: a holder that knew only some of its replies would execute the other calls again.
   */
  async #forget(client: Key): Promise<number> {
    for (;;) {
      const range = { ...replyKeysOf(client), limit: freedPerBatchMax };
      const { result: replies } = await this.#store.execute((transaction) =>
        transaction.range(registeredReplies, range),
      );
      const last = replies.length < range.limit;
      const { batch } = await this.#store.execute((transaction) => {
        for (const { key } of replies) transaction.delete(registeredReplies, key);
        if (last) transaction.delete(clientRecords, client);
        else transaction.put(clientRecords, client, { lowestUnfinished: everyCallFinished });
      });
      if (last) {
        this.#sessions.delete(client);
        return batch;
      }
    }
  }

  #leaseEnd(): number {
    return this.#clock.monotonicMs() + this.#leaseMs;
  }
}
