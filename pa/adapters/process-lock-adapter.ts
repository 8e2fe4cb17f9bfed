import { systemCodeOf } from '../../environment/system-code.ts';
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { startTimeOf } from './process-identity-adapter.ts';

/** Each round removes the lock of a process that is gone; more of them than this is no accident. */
const roundsMax = 16;

/** Who holds the lock. A process id alone may be in use again: the start time tells. */
interface LockOwner {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessLock {
  release(): void;
}

export type LockOutcome =
  | { readonly kind: 'locked'; readonly lock: ProcessLock }
  | { readonly kind: 'in-use'; readonly pid: number };

/**
 * Makes this process the only one that has the lock. It is a file with a complete content from its first moment,
 * because it is linked into place; one whose process is gone is taken away. Throws the system's error.
 */
export function takeProcessLock(path: string, pid: number = process.pid): LockOutcome {
  const own = `${path}.${pid}`;
  const content = JSON.stringify({ pid, startTime: startTimeOf(pid) ?? '' });
  writeFileSync(own, content);
  try {
    for (let round = 0; round < roundsMax; round++) {
      if (linked(own, path))
        return { kind: 'locked', lock: { release: () => release(path, content) } };
      const found = readText(path);
      if (found === undefined) continue;
      const owner = parseOwner(found);
      if (owner !== undefined && isAlive(owner)) return { kind: 'in-use', pid: owner.pid };
      removeStale(path, found, `${own}.stale`);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new Error(`${path} comes back again and again: remove it if no \`fuga up\` runs there`);
}

/** Takes away what we looked at, and puts back what somebody else put there meanwhile. */
function removeStale(path: string, stale: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readText(aside) !== stale) linked(aside, path);
  unlinkSync(aside);
}

function release(path: string, content: string): void {
  if (readText(path) === content) rmSync(path, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, startTime } = value as Partial<LockOwner>;
    return typeof pid === 'number' && typeof startTime === 'string'
      ? { pid, startTime }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startTime }: LockOwner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false;
  }
  return startTime === '' || (startTimeOf(pid) ?? startTime) === startTime;
}
