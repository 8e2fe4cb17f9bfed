import type { Clock } from '../../environment/clock.ts';
import {
  parseSignature,
  type SignedPurpose,
  type SignedRequest,
  verifySignature,
} from '../directory/request-signature.ts';
import type { ClusterSecret } from '../secret.ts';

/** How far the clocks of a sender and of PAM may be apart, and how long a request may travel. */
export const freshnessMs = 60_000;
/** Signed requests remembered within the window: 500 aliases with a heartbeat per second. */
const noncesMaxDefault = 65_536;

export type GuardOutcome =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'stale'; readonly ageMs: number }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'busy' };

/**
 * Decides whether a change was sent by somebody who knows the cluster secret, now, and for the first time. Only
 * requests with a right MAC are remembered, so that a stranger cannot fill the memory.
 *
 * A PAM that restarts has forgotten its nonces: what a replay could do then (an old registration within the window)
 * is undone by the holder's next heartbeat, and costs a client one retry.
 */
export class RequestGuard {
  readonly #secret: ClusterSecret | undefined;
  readonly #clock: Clock;
  readonly #noncesMax: number;
  /** Nonce -> when it may be forgotten (monotonic ms), in the order of arrival. */
  readonly #seen = new Map<string, number>();

  /** Without a secret everything is allowed: PAM is bound to loopback then. */
  constructor(secret: ClusterSecret | undefined, clock: Clock, noncesMax = noncesMaxDefault) {
    this.#secret = secret;
    this.#clock = clock;
    this.#noncesMax = noncesMax;
  }

  check(purpose: SignedPurpose, request: SignedRequest, header: string | undefined): GuardOutcome {
    if (this.#secret === undefined) return { kind: 'allowed' };
    if (header === undefined) return { kind: 'unsigned' };
    const signature = parseSignature(header);
    if (signature === undefined || !verifySignature(this.#secret, purpose, request, signature)) {
      return { kind: 'forged' };
    }
    const ageMs = this.#clock.wallMicroseconds() / 1_000 - signature.sentMs;
    if (Math.abs(ageMs) > freshnessMs) return { kind: 'stale', ageMs: Math.round(ageMs) };
    this.#forget();
    if (this.#seen.has(signature.nonce)) return { kind: 'replayed' };
    if (this.#seen.size >= this.#noncesMax) return { kind: 'busy' };
    // Sent at most one window in the future, and fresh for one window after that.
    this.#seen.set(signature.nonce, this.#clock.monotonicMs() + 2 * freshnessMs);
    return { kind: 'allowed' };
  }

  #forget(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [nonce, untilMs] of this.#seen) {
      if (untilMs > nowMs) return;
      this.#seen.delete(nonce);
    }
  }
}
