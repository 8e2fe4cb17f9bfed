import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemCodeOf } from '../../../environment/system-code.ts';
import {
  type LockOutcome,
  type ProcessLock,
  takeProcessLock,
} from '../../../pa/adapters/process-lock-adapter.ts';
import { CommandFailure } from '../failure.ts';

/** Makes this process the only `fuga up` on its folder. */
const lockName = 'cluster.lock';

/** Makes the folder where it is not there; `data`: as the user wrote it. Gives its absolute path. */
export function makeDataFolder(data: string): string {
  const folder = resolve(data);
  try {
    makeFolder(folder);
  } catch (cause) {
    throw new CommandFailure(`${data} cannot be made a data folder: ${whyNot(cause)}`, { cause });
  }
  return folder;
}

export function lockDataFolder(folder: string, data: string): ProcessLock {
  let outcome: LockOutcome;
  try {
    outcome = takeProcessLock(join(folder, lockName));
  } catch (cause) {
    throw new CommandFailure(`${data} cannot be used as a data folder: ${whyNot(cause)}`, {
      cause,
    });
  }
  if (outcome.kind === 'locked') return outcome.lock;
  throw new CommandFailure(
    `${data} is in use by another \`fuga up\` (pid ${outcome.pid}): end that one, or choose another folder with --data`,
  );
}

/** With all that leads to it. Node's own `recursive` says ENOENT on a read-only file system, and never comes back in /proc. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it in this moment.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function whyNot(cause: unknown): string {
  switch (systemCodeOf(cause)) {
    case 'EACCES':
      return 'it is not writable';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'there is a file in its place';
    case 'EROFS':
      return 'its file system is read-only';
    case undefined:
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
