import type { Clock, Timer, Timers } from '../../environment/clock.ts';
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
  readonly #clock: Clock;
  readonly #limits: PaClientLimits;
  #completion: Timer | undefined;
  #renewal: Timer | undefined;
  /** What the server was told last, in the present life. */
  #toldBelow = 0;
  #needsRenewal = false;
  /** The program wants to be remembered until then and a lease longer, whatever it is silent. */
  #extendedUntilMs = 0;
  /** Who waits for what comes of that. */
  readonly #extending = new Set<(leaseMs: number) => void>();
  /** An extension that is not answered. */
  #patience: Timer | undefined;
  #isStopped = false;

  constructor(
    host: KeeperHost,
    { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
    limits: PaClientLimits,
  ) {
    this.#host = host;
    this.#timers = timers;
    this.#clock = clock;
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
    this.#needsRenewal = this.#extending.size > 0;
  }

  /** A connection was made, perhaps to a new holder, which has started every lease anew. */
  linked(): void {
    if (this.#needsRenewal || this.#extraMs > 0) this.#renew();
  }

  /**
   * Asks for more time, again and again until it is answered. Resolves with the silence from now on after which the server
   * forgets this client; 0 where it knows nothing of it, so that there is nothing to keep.
   */
  extend(extraMs: number): Promise<number> {
    if (this.#host.life === undefined || this.#isStopped) return Promise.resolve(0);
    this.#extendedUntilMs = Math.max(this.#extendedUntilMs, this.#clock.monotonicMs() + extraMs);
    return new Promise((resolve) => {
      this.#extending.add(resolve);
      this.#renew();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#extended(0);
    this.busy();
    this.#renewal?.cancel();
  }

  get #extraMs(): number {
    return Math.max(0, Math.ceil(this.#extendedUntilMs - this.#clock.monotonicMs()));
  }

  #extended(leaseMs: number): void {
    this.#patience?.cancel();
    this.#patience = undefined;
    const waiting = [...this.#extending];
    this.#extending.clear();
    for (const resolve of waiting) resolve(leaseMs);
  }

  /** An idle client whose connection is gone does not make a new one for this: the notice goes with the next renewal. */
  #complete(): void {
    const { link, life } = this.#host;
    if (link === undefined || life === undefined) return;
    const sender = this.#host.sender(life);
    if (sender.lowestUnfinished <= this.#toldBelow) return;
    void link.complete(sender).then((reply) => {
      this.#take(link, life, reply);
      if (reply.kind === 'result' && reply.result.known) this.told(sender.lowestUnfinished);
    });
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
    void link.extendLease(sender, this.#extraMs).then((reply) => {
      this.#take(link, life, reply);
      if (reply.kind !== 'result') return;
      const { known, leaseMs } = reply.result;
      this.#extended(known ? leaseMs : 0);
      if (known && this.#host.isIdle) this.#complete();
    });
    // Again when that was not answered; a lease holds three of these.
    this.#armRenewal();
    if (this.#extending.size > 0) this.#awaitExtension(link);
  }

  /** Somebody waits for it, and no call shows that the port is hung: another connection is tried. */
  #awaitExtension(link: Link): void {
    this.#patience?.cancel();
    this.#patience = this.#timers.after(this.#limits.silenceMs, () => {
      this.#patience = undefined;
      if (this.#host.isIdle) this.#host.refused(link);
    });
  }

  #take(link: Link, life: ClientLife, reply: ProgramReply<{ readonly known: boolean }>): void {
    if (this.#isStopped) return;
    switch (reply.kind) {
      case 'result':
        this.#needsRenewal = false;
        this.#host.answered(link);
        if (!reply.result.known) this.#host.expired(life);
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
