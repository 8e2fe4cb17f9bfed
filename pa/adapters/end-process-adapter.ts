import type { ProcessIdentity } from '../server/pair-process.ts';
import { processIdentity, startTimeOf } from './process-identity-adapter.ts';

/**
 * Ends a process of this machine with SIGKILL, which a stopped one does not outlive either. False where it runs elsewhere,
 * or its number belongs to another process by now.
 */
export function endProcess({ pid, startTime, namespace }: ProcessIdentity): boolean {
  const own = processIdentity();
  const isSame = startTime !== '' && startTimeOf(pid) === startTime;
  if (namespace !== own.namespace || pid === own.pid || !isSame) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
