import type { ProcessIdentity } from '../server/pair-process.ts';
import { processIdentity, statusFieldsOf } from './process-identity-adapter.ts';

/** Numbers of fields in proc(5)'s `stat`, from the one after the command's name. */
const stateField = 0;
const flagsField = 6;
const startTimeField = 19;
/** PF_EXITING (linux/sched.h): it executes nothing of its own any more. */
const exiting = 0x4;

const own = processIdentity();

/**
 * True if a process of this machine is over or about to be: the system takes its memory apart first and closes its
 * connections last, which is some 0.1 ms for each MiB. False where it runs elsewhere, or the system does not tell.
 */
export function isProcessOver({ pid, startTime, namespace }: ProcessIdentity): boolean {
  if (startTime === '' || namespace !== own.namespace) return false;
  const fields = statusFieldsOf(pid);
  if (fields?.[startTimeField] !== startTime) return true;
  const isZombie = fields[stateField] === 'Z' || fields[stateField] === 'X';
  return isZombie || (Number(fields[flagsField]) & exiting) !== 0;
}
