import type { Port } from './port.ts';

export type Lookup =
  | { readonly kind: 'found'; readonly port: Port }
  /** The alias exists, and nobody has ever served it. */
  | { readonly kind: 'no-port' }
  /** Every PAM answered, and none knows the alias. */
  | { readonly kind: 'unknown-alias' }
  /** None that answered knows a port, and some did not answer, or were started a moment ago. `hint`: the last port that was ever told here. */
  | { readonly kind: 'unreachable'; readonly cause: Error; readonly hint?: Port };

/** What one PAM said to a registration. */
export type Registration =
  | { readonly kind: 'registered' }
  /** A higher epoch has registered there: the caller is fenced, or will soon see that it is. */
  | { readonly kind: 'stale-epoch' }
  /** The alias belongs to another stable area until it is reset. */
  | { readonly kind: 'other-area'; readonly message: string }
  /** Signature, clock, name, or no room; the message says which. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly cause: Error };

export interface PamRegistration {
  /** Which PAM. */
  readonly pam: string;
  readonly outcome: Registration;
}

export interface Subscription {
  /** Idempotent. The callback is never called after this returns. */
  close(): void;
}

/** Where aliases are served now, as far as anybody knows: hints. One or several PAMs stand behind it. */
export interface PortDirectory {
  /** The PAMs, for messages to people. */
  readonly description: string;
  /**
   * Asks all PAMs at once; resolves with the first port that is found, or when all have answered or failed (a silent one
   * after some seconds). A port that this directory has told once is never followed by an older one of the same area.
   * Never rejects.
   */
  lookup(alias: string): Promise<Lookup>;
  /**
   * Tells each port that is better than the one before, the one known now included, always in a later turn. Goes on for
   * ever: a PAM that cannot be reached is tried again.
   */
  subscribe(alias: string, onPort: (port: Port) => void): Subscription;
  /** Tells every PAM; resolves when all have answered or failed. Never rejects. */
  register(alias: string, port: Port): Promise<readonly PamRegistration[]>;
  /** Ends subscriptions and connections. */
  close(): void;
}
