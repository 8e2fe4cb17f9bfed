import { readdir, readFile, writeFile } from 'node:fs/promises';

/** Of a Linux process, from proc(5). */
export interface Memory {
  /** What `ps` shows: the other two and shared memory. */
  readonly residentMb: number;
  readonly anonymousMb: number;
  /** Pages of files that are mapped: the program, and LevelDB's tables. The system takes them back when it likes. */
  readonly fileMb: number;
  /** The most that was resident since `forgetPeak`. */
  readonly peakMb: number;
}

export async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number => {
    const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    return Number(kibibytes) / 1024;
  };
  return {
    residentMb: megabytes('VmRSS'),
    anonymousMb: megabytes('RssAnon'),
    fileMb: megabytes('RssFile'),
    peakMb: megabytes('VmHWM'),
  };
}

/** Begins a new peak of what is resident. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** Processor time so far, in µs. To be read as a difference; a thread that ended is not in it. */
export interface CpuTime {
  readonly allUs: number;
  /** Of the thread with the event loop: what the others do here comes in bursts, as LevelDB's compactions. */
  readonly eventLoopUs: number;
}

export async function cpuTimeOf(pid: number): Promise<CpuTime> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(threads.map((thread) => threadUs(pid, thread)));
  const allUs = times.reduce((sum, each) => sum + each, 0);
  return { allUs, eventLoopUs: await threadUs(pid, String(pid)) };
}

async function threadUs(pid: number, thread: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
  return Number(text.split(' ')[0]) / 1_000;
}
