/** Time, passed in so that one seed can drive a whole cluster inside one deterministic test. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back, goes on while nobody looks. May have a fraction. */
  monotonicMs(): number;
  /** Microseconds since 1970-01-01T00:00:00Z as an integer; may jump in either direction. */
  wallMicroseconds(): number;
}

/** A timer that was started; ends by itself when it has fired. */
export interface Timer {
  /** Idempotent. The callback is never called after this returns. */
  cancel(): void;
}

export interface Timers {
  /** Calls back once after at least `delayMs` milliseconds. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls back once in a later turn of the event loop, after the input that is already waiting. */
  soon(callback: () => void): Timer;
}

/** Resolves after `delayMs` milliseconds. */
export function delay(timers: Timers, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(delayMs, resolve);
  });
}
