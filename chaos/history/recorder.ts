import type { Call, Outcome } from './call.ts';
import type { Disturbance, Operation } from './history.ts';

/** A call that was sent and is not answered yet. */
export interface OpenCall {
  readonly client: number;
  readonly number: number;
  readonly call: Call;
  readonly invokedMicroseconds: number;
}

/**
 * Writes down what happens, in the order in which it happens. All times of one recorder differ, so that the order of
 * events never has to be guessed from equal ones.
 */
export class Recorder {
  readonly operations: Operation[] = [];
  readonly disturbances: Disturbance[] = [];
  readonly #nowMicroseconds: () => number;
  readonly #open = new Set<OpenCall>();
  readonly #numbers = new Map<number, number>();
  #lastMicroseconds = -1;

  /** `nowMicroseconds` counts from the start of the run and never goes back. */
  constructor(nowMicroseconds: () => number) {
    this.#nowMicroseconds = nowMicroseconds;
  }

  /** Called right before the call is sent. */
  invoke(client: number, call: Call): OpenCall {
    const number = (this.#numbers.get(client) ?? 0) + 1;
    this.#numbers.set(client, number);
    const open = { client, number, call, invokedMicroseconds: this.time() };
    this.#open.add(open);
    return open;
  }

  /** Called as soon as the outcome is known, or will never be. */
  respond(open: OpenCall, outcome: Outcome): Operation {
    if (!this.#open.delete(open)) throw new Error('a call was answered twice');
    const operation: Operation = {
      client: open.client,
      number: open.number,
      call: open.call,
      invokedMicroseconds: open.invokedMicroseconds,
      respondedMicroseconds: outcome.status === 'unknown' ? undefined : this.time(),
      outcome,
    };
    this.operations.push(operation);
    return operation;
  }

  /** False once it was answered or abandoned. */
  isOpen(open: OpenCall): boolean {
    return this.#open.has(open);
  }

  disturb(disturbance: Disturbance): void {
    this.disturbances.push(disturbance);
  }

  /** Calls that nobody waits for any more become unknown. */
  abandonOpenCalls(): void {
    for (const open of [...this.#open]) this.respond(open, { status: 'unknown' });
  }

  /** The time now, later than any time given before. */
  time(): number {
    this.#lastMicroseconds = Math.max(
      this.#lastMicroseconds + 1,
      Math.floor(this.#nowMicroseconds()),
    );
    return this.#lastMicroseconds;
  }
}
