import { readFile } from 'node:fs/promises';

/** True while a process of this number exists, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether `pid` is a child of `parent`. Where the system has no /proc, any running process is believed to be. */
export async function isChildOf(pid: number, parent: number): Promise<boolean> {
  if (!isRunning(pid)) return false;
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return !(await hasProc());
  // proc(5): pid (name) state ppid; the name may hold anything, a bracket too.
  const [, ppid] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(ppid) === parent;
}

async function hasProc(): Promise<boolean> {
  return (await readFile('/proc/self/stat', 'utf8').catch(() => undefined)) !== undefined;
}
