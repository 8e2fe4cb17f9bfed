import type { Logger } from 'pino';
import type { PortMessage } from '../../environment/adapters/port-message.ts';
import type { PortChannel } from '../../environment/adapters/supervised-network.ts';
import type { ProcessReport, Report } from '../process/process-report.ts';
import { CommandFailure } from './failure.ts';

/** How long an orderly end may take; a disk that hangs must not keep the process for ever. */
const endPatienceMs = 9_000;

/** What ends with the process, in an orderly way. */
export interface Lifetime {
  /** From now on, this is done before the process ends. */
  onEnd(close: () => Promise<void>): void;
  /** Ends the process: in an orderly way, unless that takes too long. */
  end(exitCode: number): Promise<never>;
}

/**
 * Ties the process to its signals and, where `fuga up` started it, to its parent: a process whose parent is gone ends, so
 * that none is left behind whatever happens to the parent. A bug ends the process at once; its backup takes over.
 */
export function tieLifetime(log: Logger): Lifetime {
  let close = (): Promise<void> => Promise.resolve();
  let ending: Promise<never> | undefined;
  const end = (exitCode: number): Promise<never> => {
    ending ??= endWithin(endPatienceMs, close, exitCode, log);
    return ending;
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // The second time somebody means it.
    if (ending !== undefined) process.exit(1);
    log.info({ signal }, `ending (${signal})`);
    void end(0);
  };
  const isSupervised = process.send !== undefined;
  process.on('SIGTERM', onSignal);
  // Ctrl-C reaches the whole process group; the parent ends its processes in the right order.
  process.on('SIGINT', isSupervised ? () => undefined : onSignal);
  process.on('disconnect', () => {
    log.warn('ending: the process that started this one is gone');
    void end(0);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, `ending after an error that should not happen: ${error.message}`);
    process.exit(1);
  });
  return {
    onEnd(next) {
      close = next;
    },
    end,
  };
}

/** The channel to the process that started this one. Throws a CommandFailure where that is a shell. */
export function parentChannel(): PortChannel {
  if (!process.connected) throw new CommandFailure('only `fuga up` holds ports for others');
  return {
    on: (event, listener) => process.on(event, listener),
    // It is in the channel when this returns, as long as the other end reads: there is little else in it.
    send: tellParent,
  };
}

/** Tells the process that started this one; tells nobody where that is a shell. */
export const reportToParent: Report = (report) => {
  tellParent(report);
};

function tellParent(message: ProcessReport | PortMessage): void {
  // A parent that is gone is noticed by `disconnect`.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function endWithin(
  patienceMs: number,
  close: () => Promise<void>,
  exitCode: number,
  log: Logger,
): Promise<never> {
  const timer = setTimeout(() => {
    log.error(`the orderly end took longer than ${patienceMs} ms`);
    process.exit(1);
  }, patienceMs);
  try {
    await close();
  } catch (error) {
    log.error({ err: error }, 'the orderly end failed');
    process.exit(1);
  } finally {
    clearTimeout(timer);
  }
  process.exit(exitCode);
}
