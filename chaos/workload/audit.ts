import type { Ino } from '../history/call.ts';
import type { Recorder } from '../history/recorder.ts';
import { auditCalls } from './audit-walk.ts';
import type { FileService } from './file-service.ts';

/** Reads everything below the roots, as client `auditor`, and writes it down. */
export async function runAudit(
  auditor: number,
  roots: readonly Ino[],
  service: FileService,
  recorder: Recorder,
): Promise<void> {
  const walk = auditCalls(roots);
  for (let next = walk.next(); next.done !== true; ) {
    const open = recorder.invoke(auditor, next.value);
    const outcome = await service.perform(next.value, auditor, open.number);
    recorder.respond(open, outcome);
    next = walk.next(outcome);
  }
}
