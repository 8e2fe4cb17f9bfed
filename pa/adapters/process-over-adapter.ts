import type { ProcessIdentity } from '../server/pair-process.ts';
import { processIdentity, processStatusOf } from './process-identity-adapter.ts';

/** PF_EXITING (linux/sched.h): it executes nothing of its own any more. */
const exiting = 0x4;

/** Looked up once, when it is needed first. */
let ownNamespace: string | undefined;

/**
 * True if a process of this machine is over or about to be: the system takes its memory apart first and closes its
 * connections last, which is some 0.1 ms for each MiB. False where it runs elsewhere, or the system does not tell.
 */
export function isProcessOver({ pid, startTime, namespace }: ProcessIdentity): boolean {
  ownNamespace ??= processIdentity().namespace;
  if (startTime === '' || namespace !== ownNamespace) return false;
  const status = processStatusOf(pid);
  if (status?.startTime !== startTime) return true;
  return status.state === 'Z' || status.state === 'X' || (status.flags & exiting) !== 0;
}
