import type { Timer, Timers } from '../../environment/clock.ts';
import type { AliasChange, AliasEntry } from './alias-directory.ts';

/** How often a silent stream says that it lives; clients take three times this for dead. */
export const keepAliveMs = 5_000;
export const subscribersMaxDefault = 4_096;
/** What may wait for one subscriber beyond its snapshot. A slow one is dropped and gets a new snapshot when it returns. */
export const subscriberBufferBytesMax = 256 * 1024;

/** Where one subscriber's events go: an HTTP response. */
export interface EventSink {
  write(text: string): void;
  /** Bytes that were written and have not left the process. */
  readonly bufferedBytes: number;
  /** Breaks the connection. */
  drop(): void;
}

interface Subscriber {
  readonly sink: EventSink;
  /** Undefined: all. */
  readonly aliases: ReadonlySet<string> | undefined;
  readonly bufferBytesMax: number;
}

/** Tells subscribers what changes, as server-sent events (WHATWG HTML §9.2): a snapshot first, then each change. */
export class EventHub {
  readonly #timers: Timers;
  readonly #subscribersMax: number;
  readonly #subscribers = new Set<Subscriber>();
  #keepAlive: Timer | undefined;
  #dropped = 0;

  constructor(timers: Timers, subscribersMax = subscribersMaxDefault) {
    this.#timers = timers;
    this.#subscribersMax = subscribersMax;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  get isFull(): boolean {
    return this.#subscribers.size >= this.#subscribersMax;
  }

  /** Subscribers that were too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** `snapshot`: the entries that the subscriber asks for. Returns what ends the subscription. */
  subscribe(
    sink: EventSink,
    aliases: ReadonlySet<string> | undefined,
    snapshot: readonly AliasEntry[],
  ): () => void {
    const text = formatEvent('snapshot', { aliases: snapshot.map(entryJson) });
    const subscriber = {
      sink,
      aliases,
      bufferBytesMax: subscriberBufferBytesMax + Buffer.byteLength(text),
    };
    this.#subscribers.add(subscriber);
    sink.write(text);
    this.#keepAlive ??= this.#timers.after(keepAliveMs, this.#sayAlive);
    return () => {
      this.#subscribers.delete(subscriber);
      this.#rest();
    };
  }

  publish(change: AliasChange): void {
    const name = change.kind === 'alias' ? change.entry.name : change.name;
    const data = change.kind === 'alias' ? entryJson(change.entry) : { name };
    const text = formatEvent(change.kind, data);
    for (const subscriber of this.#subscribers) {
      if (subscriber.aliases?.has(name) ?? true) this.#write(subscriber, text);
    }
  }

  close(): void {
    for (const { sink } of this.#subscribers) sink.drop();
    this.#subscribers.clear();
    this.#rest();
  }

  readonly #sayAlive = (): void => {
    this.#keepAlive = this.#timers.after(keepAliveMs, this.#sayAlive);
    for (const subscriber of this.#subscribers) this.#write(subscriber, ': alive\n\n');
  };

  #write(subscriber: Subscriber, text: string): void {
    if (subscriber.sink.bufferedBytes <= subscriber.bufferBytesMax) {
      subscriber.sink.write(text);
      return;
    }
    this.#dropped += 1;
    this.#subscribers.delete(subscriber);
    subscriber.sink.drop();
    this.#rest();
  }

  #rest(): void {
    if (this.#subscribers.size > 0) return;
    this.#keepAlive?.cancel();
    this.#keepAlive = undefined;
  }
}

/** An entry as it goes over HTTP: what is not known is null. */
export function entryJson(entry: AliasEntry): object {
  return { name: entry.name, areaUi: entry.areaUi ?? null, port: entry.port ?? null };
}

function formatEvent(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
