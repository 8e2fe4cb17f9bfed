import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from './option-parsers.ts';

/** JSON lines on standard output, written before the call returns: the last line before a death is there. */
export function openProcessLog(level: LogLevel, name: string): Logger {
  return pino({
    level,
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
  });
}
