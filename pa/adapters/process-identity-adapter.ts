import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../server/pair-process.ts';

/** Which process of which machine this is, so that a peer on the same machine can end it when it hangs, and no other. */
export function processIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    namespace: `${bootOf()} ${namespaceOf()}`,
  };
}

/** The time at which a process started, in the system's own units; undefined where it is gone or the system does not tell. */
export function startTimeOf(pid: number): string | undefined {
  return processStatusOf(pid)?.startTime;
}

/** What proc(5) says of a process: `state` a letter, `flags` of linux/sched.h. */
export interface ProcessStatus {
  readonly state: string | undefined;
  readonly flags: number;
  readonly startTime: string | undefined;
}

/** Undefined where the process is gone or the system does not tell. */
export function processStatusOf(pid: number): ProcessStatus | undefined {
  const text = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The command's name, in parentheses, may hold anything; what follows it is fields 3, 4, ...
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0], flags: Number(fields[6]), startTime: fields[19] };
}

/** Process ids mean something within one start of one machine only. */
function bootOf(): string {
  const boot = orUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  return boot?.trim() ?? hostname();
}

/** And within one container. */
function namespaceOf(): string {
  return orUndefined(() => readlinkSync('/proc/self/ns/pid')) ?? 'pid';
}

/** Systems without proc(5) tell nothing, and nothing is then what others compare with. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
