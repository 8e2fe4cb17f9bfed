import { CrashPoint } from './generated/counter.ts';

/** Time for the reply to leave. */
const replyMs = 20;

/** The death of this process at a moment of the next addition, once somebody has asked for it. */
export class Crash {
  #armed: CrashPoint | undefined;

  arm(point: CrashPoint): void {
    this.#armed = point;
  }

  /** Does not return where the process dies here. */
  pass(point: CrashPoint): void {
    if (this.#armed === point) die();
    // The last thing that is known before a reply leaves.
    const isReplying = point === CrashPoint.CRASH_REPLY;
    if (isReplying && this.#armed === CrashPoint.CRASH_REPLIED) setTimeout(die, replyMs);
  }
}

/** As kill -9 does: nothing is written, closed or said any more. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
