/** Names one call for ever: client, incarnation, sequence number. */
export type CallId = string;

/** What a process has looked at, and under which epoch it holds. */
interface Look {
  readonly epoch: number;
  readonly atStep: number;
}

/** An answer as it leaves a server. */
export interface Answer {
  readonly process: string;
  readonly atStep: number;
  /** When this process was given the copy of the call that it answers. */
  readonly arrivedStep: number;
  /** Undefined for a call without an id, as a stock client's. */
  readonly id: CallId | undefined;
  /** Under which the server says that it answers; undefined where the reply has no header. */
  readonly epoch: number | undefined;
  readonly results: Buffer;
}

interface Registered {
  readonly results: Buffer;
  /** Who executed the call, and when that process knew that it is durable. */
  readonly writer: string | undefined;
  readonly writtenStep: number;
}

/**
 * Watches what leaves the servers, what they write, and where they look. Steps are numbers that ascend; those of one moment
 * are equal. What it promises, each a sentence of DESIGN "The life of a mutating call":
 *
 *  1. Every reply to a call is its first one, byte for byte, and that is the one that is registered.
 *  2. No reply to a call that changes something leaves before it is registered durably.
 *  3. Whoever answers has looked for the next claim, and found none: after the reply was durable, where it is the first answer to
 *     a call that it has executed itself; else after the copy of the call had arrived.
 *  4. What was acknowledged and not freed is there when the next holder opens the area.
 */
export class AcknowledgementChecker {
  readonly findings: string[] = [];
  readonly #first = new Map<CallId, Buffer>();
  readonly #registered = new Map<CallId, Registered>();
  readonly #acknowledged = new Set<CallId>();
  readonly #looks = new Map<string, Look>();
  /** `process id`: whose writer has answered it. */
  readonly #answeredBy = new Set<string>();
  #answers = 0;

  /** Answers that were checked. */
  get answers(): number {
    return this.#answers;
  }

  /** The process looked for the claim after its own and there was none. */
  looked(process: string, epoch: number, atStep: number): void {
    this.#looks.set(process, { epoch, atStep });
  }

  /** The process has written this reply, and knows that it is durable. */
  durable(process: string, id: CallId, results: Buffer, atStep: number): void {
    this.#register(id, { results, writer: process, writtenStep: atStep });
  }

  /** Some process begins to free the record: from here on it may be missing. */
  freed(id: CallId): void {
    this.#acknowledged.delete(id);
  }

  /** A new holder has opened the area, and these are the registered replies in it. */
  opened(process: string, found: ReadonlyMap<CallId, Buffer>): void {
    for (const [id, results] of found) {
      this.#register(id, { results, writer: undefined, writtenStep: 0 });
    }
    for (const id of this.#acknowledged) {
      if (!found.has(id)) this.#report(`${id} was acknowledged, and ${process} does not find it`);
    }
  }

  answered(answer: Answer): void {
    this.#answers += 1;
    const { process, id, results } = answer;
    const look = this.#looks.get(process);
    const covered = this.#coveredFrom(answer);
    if (look === undefined || look.atStep < covered.step) {
      const seen = look === undefined ? 'has never looked' : `looked at step ${look.atStep}`;
      this.#report(
        `${process} answers ${id ?? 'a call'} at step ${answer.atStep} and ${seen}: ${covered.why} at ${covered.step}`,
      );
    } else if (answer.epoch !== undefined && answer.epoch !== look.epoch) {
      this.#report(`${process} answers under epoch ${answer.epoch} and looked under ${look.epoch}`);
    }
    if (id === undefined) return;
    const first = this.#first.get(id);
    if (first === undefined) this.#first.set(id, results);
    else if (!first.equals(results) && this.#registered.has(id)) {
      this.#report(`${id} is answered by ${process} otherwise than the first time`);
    }
    const registered = this.#registered.get(id);
    if (registered === undefined) return;
    this.#acknowledged.add(id);
    if (!registered.results.equals(results)) {
      this.#report(`${id} is answered by ${process} otherwise than was registered`);
    }
  }

  #register(id: CallId, registered: Registered): void {
    const known = this.#registered.get(id);
    if (known !== undefined) {
      if (!known.results.equals(registered.results)) {
        this.#report(`${id} was registered twice, with two replies`);
      }
      return;
    }
    if (this.#first.has(id)) this.#report(`the reply to ${id} left before it was durable`);
    this.#registered.set(id, registered);
  }

  #coveredFrom({ process, arrivedStep, id }: Answer): {
    readonly step: number;
    readonly why: string;
  } {
    const known = id === undefined ? undefined : this.#registered.get(id);
    const isFirst = known?.writer === process && !this.#answeredBy.has(`${process} ${id ?? ''}`);
    this.#answeredBy.add(`${process} ${id ?? ''}`);
    return isFirst
      ? { step: known.writtenStep, why: 'its reply was durable' }
      : { step: arrivedStep, why: 'it had arrived' };
  }

  #report(finding: string): void {
    this.findings.push(finding);
  }
}
