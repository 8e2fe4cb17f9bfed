import type { Timer, Timers } from '../../environment/clock.ts';
import { leaseRenewalFraction, type PaClientLimits } from './limits.ts';
import type { Link, ProgramReply, Sender } from './link.ts';
import type { ClientLife } from './pending-call.ts';

/** What the keeper needs of the session that it belongs to. */
export interface KeeperHost {
  readonly link: Link | undefined;
  readonly life: ClientLife | undefined;
  /** No call is pending. */
  readonly isIdle: boolean;
  sender(life?: ClientLife): Sender;
  /** The port has answered for the alias. */
  answered(link: Link): void;
  /** Connect, although nothing is pending: `linked` is called then. */
  seek(): void;
  /** The port is not the alias's any more. */
  refused(link: Link): void;
  /** The server has no record of this life. */
  expired(life: ClientLife): void;
}

/**
 * The duties of a client that has nothing to ask: the completion notice that no call carries, and the lease that no call
 * renews. While calls are made it only looks on.
 */
export class Keeper {
  readonly #host: KeeperHost;
  readonly #timers: Timers;
  readonly #limits: PaClientLimits;
  #completion: Timer | undefined;
  #renewal: Timer | undefined;
  /** What the server was told last, in the present life. */
  #toldBelow = 0;
  #needsRenewal = false;
  #isStopped = false;

  constructor(host: KeeperHost, timers: Timers, limits: PaClientLimits) {
    this.#host = host;
    this.#timers = timers;
    this.#limits = limits;
  }

  /** True while a connection is wanted for the lease alone. */
  get needsLink(): boolean {
    return this.#needsRenewal;
  }

  /** A new life has begun. */
  started(): void {
    this.#toldBelow = 1;
    this.#armRenewal();
  }

  /** A message with this notice was answered. */
  told(lowestUnfinished: number): void {
    if (lowestUnfinished > this.#toldBelow) this.#toldBelow = lowestUnfinished;
  }

  /** The last pending call has ended. */
  idle(): void {
    this.#completion?.cancel();
    this.#completion = this.#timers.after(this.#limits.completionDelayMs, () => this.#complete());
    this.#armRenewal();
  }

  /** Calls are pending again: they carry the notice and renew the lease. */
  busy(): void {
    this.#completion?.cancel();
    this.#completion = undefined;
    this.#needsRenewal = false;
  }

  /** A connection was made. */
  linked(): void {
    if (this.#needsRenewal) this.#renew();
  }

  stop(): void {
    this.#isStopped = true;
    this.busy();
    this.#renewal?.cancel();
  }

  /** An idle client whose connection is gone does not make a new one for this: the next renewal carries the notice. */
  #complete(): void {
    const { link, life } = this.#host;
    if (link === undefined || life === undefined) return;
    const sender = this.#host.sender(life);
    if (sender.lowestUnfinished <= this.#toldBelow) return;
    void link.complete(sender).then((reply) => this.#take(link, life, sender, reply));
  }

  #armRenewal(): void {
    const { life } = this.#host;
    this.#renewal?.cancel();
    if (life === undefined || this.#isStopped) return;
    this.#renewal = this.#timers.after(life.leaseMs * leaseRenewalFraction, () => {
      if (this.#host.isIdle) this.#renew();
      else this.#armRenewal();
    });
  }

  #renew(): void {
    const { link, life } = this.#host;
    this.#needsRenewal = life !== undefined;
    if (life === undefined) return;
    if (link === undefined) {
      this.#host.seek();
      return;
    }
    const sender = this.#host.sender(life);
    void link.extendLease(sender).then((reply) => this.#take(link, life, sender, reply));
    // Again when that was not answered; a lease holds three of these.
    this.#armRenewal();
  }

  #take(
    link: Link,
    life: ClientLife,
    sender: Sender,
    reply: ProgramReply<{ readonly known: boolean }>,
  ): void {
    if (this.#isStopped) return;
    switch (reply.kind) {
      case 'result':
        this.#needsRenewal = false;
        this.#host.answered(link);
        if (reply.result.known) this.told(sender.lowestUnfinished);
        else this.#host.expired(life);
        return;
      case 'expired':
        this.#host.expired(life);
        return;
      case 'address-unknown':
        this.#host.refused(link);
        return;
      case 'try-again':
      case 'collision':
      case 'lost':
        // The next renewal, or the next call, does it.
        return;
    }
  }
}
