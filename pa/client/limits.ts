import { strict as assert } from 'node:assert';
import { PA_OUTSTANDING_MAX } from '../../protocol/generated/pa.ts';
import type { Backoff } from '../backoff.ts';

/** A client sends n only if n < lowest unfinished + this (DESIGN "One wire"). */
export const windowMax = PA_OUTSTANDING_MAX;

/** Every number that a PA client goes by. All can be changed; the defaults suit a local network. */
export interface PaClientLimits {
  /** Calls of one alias that wait for their replies; more are queued. At most `windowMax`. */
  readonly outstandingMax: number;
  /** Calls of one alias that wait to be sent. */
  readonly queuedMax: number;
  /** Between attempts to connect to the same port, and after it said that it is not the alias's. */
  readonly redial: Backoff;
  /** A port that does not even accept or refuse within this time counts as failed. */
  readonly connectTimeoutMs: number;
  /** Between questions to PAM while no port is known that works. */
  readonly lookUpAgain: Backoff;
  /** How long a client that PAM has told of its port waits to be told of the next one before it asks. */
  readonly toldPatienceMs: number;
  /** How long a subscription at PAM outlives the last call. */
  readonly subscriptionLingerMs: number;
  /** A port that answers nothing for so long, while calls are outstanding, is asked whether it is alive. */
  readonly silenceMs: number;
  /** A call that is outstanding for so long, while others are answered, is asked about. */
  readonly slowCallMs: number;
  /** The longest time that TA may keep the client waiting. */
  readonly tryAgainMaxMs: number;
  /** How long after the last reply a client without calls sends its completion notice. */
  readonly completionDelayMs: number;
  /** How long an alias may be unknown to every PAM before that is believed: a PAM that was just restarted knows nothing. */
  readonly unknownAliasPatienceMs: number;
  /** How long calls wait for the area that they were sent to, after every PAM has come to name another one. */
  readonly areaPatienceMs: number;
  /** After this time without progress whoever observes is told, and then again and again. */
  readonly waitingNoticeMs: number;
  readonly waitingRepeatMs: number;
  /** How long `close` waits for the answer to its goodbye. */
  readonly goodbyeMs: number;
  /** How often the above are looked at while calls are pending. */
  readonly tickMs: number;
}

const defaults: PaClientLimits = {
  outstandingMax: 64,
  queuedMax: 65_536,
  redial: { firstMs: 5, maxMs: 250 },
  connectTimeoutMs: 1_000,
  lookUpAgain: { firstMs: 20, maxMs: 1_000 },
  toldPatienceMs: 100,
  subscriptionLingerMs: 5_000,
  silenceMs: 1_000,
  slowCallMs: 5_000,
  tryAgainMaxMs: 1_000,
  completionDelayMs: 200,
  unknownAliasPatienceMs: 1_000,
  areaPatienceMs: 3_000,
  waitingNoticeMs: 1_000,
  waitingRepeatMs: 5_000,
  goodbyeMs: 200,
  tickMs: 100,
};

/** An idle client says something when this part of its lease is over: two more attempts fit. */
export const leaseRenewalFraction = 1 / 3;
/** Ports of one alias that are remembered. */
export const candidatesMax = 4;
/** A silent port is asked again later each time, up to this many times `silenceMs`. */
export const silenceFactorMax = 16;

export function clientLimits(changes: Partial<PaClientLimits> = {}): PaClientLimits {
  const limits = { ...defaults, ...changes };
  assert(limits.outstandingMax >= 1 && limits.outstandingMax <= windowMax, 'outstandingMax');
  assert(limits.tickMs <= limits.silenceMs, 'silence is noticed by ticks');
  return limits;
}
