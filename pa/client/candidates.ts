import type { Random } from '../../environment/random.ts';
import { type Backoff, backoffMs } from '../backoff.ts';
import type { Port } from '../directory/port.ts';
import { candidatesMax } from './limits.ts';

/** A port where an alias may be served, as one client knows it. */
export interface Candidate {
  /** With the highest epoch that was ever heard of for this place. */
  readonly port: Port;
  /** Failures since it last answered for the alias. */
  readonly failures: number;
  /** Not to be tried before this monotonic time, in ms. */
  readonly notBeforeMs: number;
}

/**
 * The ports of one alias and one area: the one that PAM told last, and those that served before. When PAM cannot be
 * reached they are all there is, and one of them is probably the next primary. Pure.
 */
export class Candidates {
  readonly #byPlace = new Map<string, Candidate>();
  /** Undefined when anything has changed since it was made. */
  #sorted: readonly Candidate[] | undefined;
  readonly #backoff: Backoff;
  readonly #random: Random;

  constructor(backoff: Backoff, random: Random) {
    this.#backoff = backoff;
    this.#random = random;
  }

  /** Highest epoch first. */
  all(): readonly Candidate[] {
    this.#sorted ??= [...this.#byPlace.values()].sort(
      (one, other) => other.port.epoch - one.port.epoch,
    );
    return this.#sorted;
  }

  get best(): Candidate | undefined {
    return this.all()[0];
  }

  of(port: Port): Candidate | undefined {
    return this.#byPlace.get(placeOf(port));
  }

  /** Somebody says that the alias is served there. A higher epoch makes a failed place worth trying at once. */
  offer(port: Port): void {
    const place = placeOf(port);
    const known = this.#byPlace.get(place);
    if (known !== undefined && known.port.epoch >= port.epoch) return;
    this.#set(place, { port, failures: 0, notBeforeMs: 0 });
    if (this.#byPlace.size <= candidatesMax) return;
    const worst = this.all().at(-1);
    if (worst === undefined) return;
    this.#byPlace.delete(placeOf(worst.port));
    this.#sorted = undefined;
  }

  /** It refused, was silent, or said that it is not the alias's port. */
  failed(port: Port, nowMs: number): void {
    const known = this.of(port);
    if (known === undefined) return;
    const notBeforeMs = nowMs + backoffMs(this.#backoff, known.failures, this.#random);
    this.#set(placeOf(port), { ...known, failures: known.failures + 1, notBeforeMs });
  }

  /** It answered for the alias, under this epoch. */
  answered(port: Port, epoch: number): void {
    const known = this.of(port);
    if (known === undefined || (known.failures === 0 && known.port.epoch >= epoch)) return;
    const newest = { ...known.port, epoch: Math.max(known.port.epoch, epoch) };
    this.#set(placeOf(port), { port: newest, failures: 0, notBeforeMs: 0 });
  }

  clear(): void {
    this.#byPlace.clear();
    this.#sorted = undefined;
  }

  #set(place: string, candidate: Candidate): void {
    this.#byPlace.set(place, candidate);
    this.#sorted = undefined;
  }
}

export function placeOf({ host, port }: Port): string {
  return `${host} ${port}`;
}
