/** Ends the command with one line for its user: what is wrong and what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** Undefined: what the command gives for serious trouble. */
  readonly exitCode: number | undefined;

  constructor(
    message: string,
    options: { readonly exitCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode;
  }
}
