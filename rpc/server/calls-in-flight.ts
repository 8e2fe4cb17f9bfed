import assert from 'node:assert/strict';
import { countedCallBytesMin, type RpcServerLimits } from './limits.ts';

type Limits = Pick<RpcServerLimits, 'callsInFlightMax' | 'callBytesInFlightMax'>;

/** The calls of one connection that have neither been answered nor dropped. */
export class CallsInFlight {
  readonly #limits: Limits;
  #calls = 0;
  #countedBytes = 0;
  /** Bytes of the large calls by xid; a resent xid adds to its entry. Usually empty. */
  readonly #counted = new Map<number, number>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#calls;
  }

  /** No further call may be taken before one ends. */
  get isFull(): boolean {
    return (
      this.#calls >= this.#limits.callsInFlightMax ||
      this.#countedBytes >= this.#limits.callBytesInFlightMax
    );
  }

  begin(xid: number, recordBytes: number): void {
    this.#calls += 1;
    if (recordBytes < countedCallBytesMin) return;
    this.#countedBytes += recordBytes;
    this.#counted.set(xid, (this.#counted.get(xid) ?? 0) + recordBytes);
  }

  end(xid: number): void {
    assert(this.#calls > 0, 'a call is answered or dropped once');
    this.#calls -= 1;
    if (this.#counted.size === 0) return;
    this.#countedBytes -= this.#counted.get(xid) ?? 0;
    this.#counted.delete(xid);
  }
}
