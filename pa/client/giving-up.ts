import type { PaErrorCode } from '../error.ts';
import type { AliasSessionOptions } from './alias-session-options.ts';

/** What is known of an alias that does not answer. */
export interface Waiting {
  /** Since when no PAM knows the alias; 0 where one does. */
  readonly unknownForMs: number;
  /** Since when a call waits and nothing is answered. */
  readonly waitedMs: number;
}

/** Undefined: go on waiting. */
export function reasonToGiveUp(
  { alias, limits, directory, giveUpAfterMs }: AliasSessionOptions,
  { unknownForMs, waitedMs }: Waiting,
): { readonly code: PaErrorCode; readonly message: string } | undefined {
  if (unknownForMs >= limits.unknownAliasPatienceMs) {
    const message = `there is no alias "${alias}": no PAM knows it (asked ${directory.description})`;
    return { code: 'PA_UNKNOWN_ALIAS', message };
  }
  if (giveUpAfterMs === undefined || waitedMs < giveUpAfterMs) return undefined;
  const message = `"${alias}" did not answer for ${Math.round(waitedMs)} ms (PAM: ${directory.description})`;
  return { code: 'PA_UNAVAILABLE', message };
}
