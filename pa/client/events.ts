import type { Port } from '../directory/port.ts';

/** Why calls wait. */
export type WaitingReason =
  /** No PAM answers, and no port is known that works. */
  | 'pam-unreachable'
  /** No PAM knows the alias, so far. */
  | 'unknown-alias'
  /** The alias exists, and nobody has ever served it. */
  | 'no-port'
  /** Nobody accepts connections where the alias was served last. */
  | 'port-unreachable'
  /** The port answers nothing, or says that it is taking over. */
  | 'silent';

export interface Waiting {
  readonly alias: string;
  readonly reason: WaitingReason;
  readonly waitingMs: number;
  /** The PAMs that are asked. */
  readonly directory: string;
  /** Where the alias was served last. */
  readonly port: Port | undefined;
}

/** Calls waited because their connection broke or fell silent, and the first of them has its reply now. */
export interface Stall {
  readonly alias: string;
  readonly from: Port | undefined;
  readonly to: Port;
  /** From the last reply before (or the first call sent since) to the first reply after. */
  readonly stallMs: number;
  /** Another process answers, or the same under a new epoch. */
  readonly isTakeover: boolean;
  /** Calls that were sent again. */
  readonly resent: number;
}

/** What a PA client tells whoever observes it. Called from its event loop; must not throw. */
export interface PaClientEvents {
  /** Calls have waited for `waitingNoticeMs`, and for each `waitingRepeatMs` after that. */
  waiting?(waiting: Waiting): void;
  stalled?(stall: Stall): void;
}
