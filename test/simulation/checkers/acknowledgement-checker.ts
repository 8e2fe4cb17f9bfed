/** Names one call for ever: client, incarnation, sequence number, as in its registered reply. */
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

/** A reply as one process has registered it, or found it registered. */
interface Registered {
  readonly results: Buffer;
  /** When a process that executed the call itself knew that it is durable. */
  readonly writtenStep: number | undefined;
}

/** What is known of one server process; a process that is dead answers nothing any more. */
class Witness {
  /** A fenced holder may have registered what the next one never saw, and executed again: both have theirs. */
  readonly registered = new Map<CallId, Registered>();
  /** What it has answered. */
  readonly answered = new Set<CallId>();
  look: Look | undefined;
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
  readonly #witnesses = new Map<string, Witness>();
  /** Under which epoch. */
  readonly #acknowledged = new Map<CallId, number>();
  #answers = 0;
  /** Told of the process of each answer. */
  onAnswer: ((process: string) => void) | undefined;

  /** Answers that were checked. */
  get answers(): number {
    return this.#answers;
  }

  /** The process looked for the claim after its own and there was none. */
  looked(process: string, epoch: number, atStep: number): void {
    this.#of(process).look = { epoch, atStep };
  }

  /** Nothing more will be heard of the process. */
  died(process: string): void {
    this.#witnesses.delete(process);
  }

  /** The process has written this reply, and knows that it is durable. */
  durable(process: string, id: CallId, results: Buffer, atStep: number): void {
    const { answered, registered } = this.#of(process);
    if (answered.has(id)) {
      this.#report(`the reply to ${named(id)} left ${process} before it was durable`);
    }
    registered.set(id, { results, writtenStep: atStep });
  }

  /** Some process begins to free the record: from here on it may be missing. */
  freed(id: CallId): void {
    this.#acknowledged.delete(id);
  }

  /**
   * A claimer has opened its area, and these are the registered replies in it. What later epochs have acknowledged it need not
   * have: then it is fenced.
   */
  opened(process: string, ofEpoch: number, found: ReadonlyMap<CallId, Buffer>): void {
    const { registered } = this.#of(process);
    for (const [id, results] of found) registered.set(id, { results, writtenStep: undefined });
    for (const [id, epoch] of this.#acknowledged) {
      if (epoch < ofEpoch && !found.has(id)) {
        this.#report(`${named(id)} was acknowledged, and ${process} does not find it`);
      }
    }
  }

  answered(answer: Answer): void {
    this.#answers += 1;
    const { process, id, results } = answer;
    this.onAnswer?.(process);
    const witness = this.#of(process);
    const { look } = witness;
    const covered = coveredFrom(witness, answer);
    if (look === undefined || look.atStep < covered.step) {
      const seen = look === undefined ? 'has never looked' : `looked at step ${look.atStep}`;
      this.#report(
        `${process} answers ${id === undefined ? 'a call' : named(id)} at step ${answer.atStep} and ${seen}: ${covered.why} at ${covered.step}`,
      );
    } else if (answer.epoch !== undefined && answer.epoch !== look.epoch) {
      this.#report(`${process} answers under epoch ${answer.epoch} and looked under ${look.epoch}`);
    }
    if (id === undefined) return;
    // Without a registered reply it is a call that changes nothing, which may have another answer each time.
    const registered = witness.registered.get(id);
    if (registered === undefined) return;
    const first = this.#first.get(id) ?? results;
    // Whoever was stopped between its look and its reply sends it late: by then the record may have been freed.
    if (!this.#first.has(id)) this.#acknowledged.set(id, answer.epoch ?? 0);
    this.#first.set(id, first);
    if (!first.equals(results)) {
      this.#report(`${named(id)} is answered by ${process} otherwise than the first time`);
    }
    if (!registered.results.equals(results)) {
      this.#report(`${named(id)} is answered by ${process} otherwise than was registered`);
    }
  }

  #of(process: string): Witness {
    const known = this.#witnesses.get(process);
    if (known !== undefined) return known;
    const made = new Witness();
    this.#witnesses.set(process, made);
    return made;
  }

  #report(finding: string): void {
    this.findings.push(finding);
  }
}

function coveredFrom(
  { registered, answered }: Witness,
  { arrivedStep, id = '' }: Answer,
): { readonly step: number; readonly why: string } {
  const writtenStep = registered.get(id)?.writtenStep;
  const isFirst = writtenStep !== undefined && !answered.has(id);
  answered.add(id);
  return isFirst
    ? { step: writtenStep, why: 'its reply was durable' }
    : { step: arrivedStep, why: 'it had arrived' };
}

/** `client`: as `clientKey` of PA's records made it. */
export function callId(client: string, sequence: number): CallId {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return client + bytes.toString('latin1');
}

/** As a person reads it: the first digits of the client, its incarnation, the number. */
function named(id: CallId): string {
  const hex = Buffer.from(id, 'latin1').toString('hex');
  const [incarnation, sequence] = [hex.slice(32, 48), hex.slice(48)].map((part) =>
    parseInt(part, 16),
  );
  return `${hex.slice(0, 8)}/${incarnation}/${sequence}`;
}
