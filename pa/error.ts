/** Closed set of codes of a {@link PaError}. */
export type PaErrorCode =
  /** The cluster secret's file is missing, malformed, or readable by others. */
  | 'PA_SECRET'
  /** What a client keeps beyond its process is damaged, or in use by another process. */
  | 'PA_STATE'
  /** Without a cluster secret only loopback addresses may be bound. */
  | 'PA_BIND'
  /** Not an alias name. */
  | 'PA_BAD_NAME'
  /** Every PAM was asked, and none knows the alias. */
  | 'PA_UNKNOWN_ALIAS'
  /** Nothing answered for the time that the client's maker set: no PAM, or no port. */
  | 'PA_UNAVAILABLE'
  /** A PAM refused a registration or an administrative change; `reason` in the message. */
  | 'PA_REFUSED'
  /** The call may or may not have been executed; it will never be sent again. */
  | 'PA_OUTCOME_UNKNOWN'
  /** The call's id was used for another call: a client UI is in use twice. The call was not executed. */
  | 'PA_COLLISION'
  /** The call's own deadline passed; `outcome` says whether it may have been executed. */
  | 'PA_DEADLINE'
  /** The caller's AbortSignal; `outcome` says whether it may have been executed. */
  | 'PA_ABORTED'
  /** The client was closed. */
  | 'PA_CLOSED'
  /** Too many calls wait to be sent. The call was not executed. */
  | 'PA_QUEUE_FULL'
  /** What came back is not what a PA server answers. */
  | 'PA_PROTOCOL';

/** What is known of a call that ended without a reply. */
export type CallOutcome = 'not-executed' | 'unknown';

/** An environment failure of PA. */
export class PaError extends Error {
  readonly code: PaErrorCode;
  /** Present where the error ended a call. */
  readonly outcome: CallOutcome | undefined;

  constructor(
    code: PaErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly outcome?: CallOutcome } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PaError';
    this.code = code;
    this.outcome = options.outcome;
  }
}
