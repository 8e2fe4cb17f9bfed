import { systemCodeOf } from '../../environment/system-code.ts';
import { ExportsError } from '../exports/export-lines.ts';
import { PaError } from '../../pa/error.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import { StableAreaError } from '../../stable-area/stable-area.ts';

/** An end of a command that its user can do something about: one line, no stack. */
export class CommandFailure extends Error {
  readonly exitCode: 1 | 2;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly exitCode?: 1 | 2 } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandFailure';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The line that a user sees for a failure of the environment; undefined for a bug, which wants its stack. */
export function describeFailure(error: unknown): string | undefined {
  if (error instanceof CommandFailure || error instanceof ExportsError) return error.message;
  if (error instanceof RpcError) return error.message;
  if (error instanceof PaError || error instanceof StableAreaError) return withCause(error);
  return isSystemError(error) ? error.message : undefined;
}

export function exitCodeOf(error: unknown): number {
  return error instanceof CommandFailure ? error.exitCode : 1;
}

/** What went wrong when a port was to be bound. */
export function bindFailure(
  error: unknown,
  what: string,
  host: string,
  port: number,
  option: string,
): Error {
  const at = `${host}:${port}`;
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return new CommandFailure(
        `${what}: port ${port} on ${host} is in use: choose another with ${option}, or 0 for any free one`,
        { cause: error },
      );
    case 'EACCES':
      return new CommandFailure(
        `${what}: no permission to listen on ${at}: choose a port of 1024 or more with ${option}`,
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandFailure(`${what}: ${host} is no address of this machine: see --host`, {
        cause: error,
      });
    case undefined:
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && systemCodeOf(error) !== undefined;
}

function withCause(error: Error): string {
  return error.cause instanceof Error && !error.message.includes(error.cause.message)
    ? `${error.message} (${error.cause.message})`
    : error.message;
}
