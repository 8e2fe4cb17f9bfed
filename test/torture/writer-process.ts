import { type ChildProcess, fork } from 'node:child_process';
import type { Order, Report, WriterSettings } from './protocol.ts';

type Waiting = {
  readonly reports: readonly Report['report'][];
  readonly resolve: (report: Report) => void;
  readonly reject: (error: Error) => void;
};

/** How long any order may take; a machine that is busy with other things is slow, not stuck. */
const orderMsMax = 60_000;

/** The driver's handle of one writer. Ends it by its own id. */
export class WriterProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  /** Rejects when the process could not open the area. */
  readonly ready: Promise<void>;
  #waiting: Waiting | undefined;
  #hasEnded = false;
  #isStopped = false;
  #endExpected = false;
  /** The newest acknowledgement, also of a process that was killed since. */
  acknowledged = { epoch: 0, commit: 0 };
  /** Something is wrong with the area, or with the process. */
  problem: string | undefined;
  /** A write of its holder failed: expected of one whose directory was removed after it was fenced. */
  failure: string | undefined;

  private constructor(script: string, settings: WriterSettings, command?: string) {
    const options = {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'] as ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
      ...(command === undefined ? {} : { execPath: command }),
    };
    this.#child = fork(script, [JSON.stringify(settings)], options);
    this.#child.on('message', (report: Report) => this.#hear(report));
    this.ready = this.#expect('ready').then(() => undefined);
    // Who takes it hears of a failure; this only keeps it from being unhandled until then.
    this.ready.catch(() => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        this.#hasEnded = true;
        if (!this.#endExpected) this.problem ??= `a writer ended by itself: ${signal ?? code}`;
        this.#fail(new Error(this.problem ?? 'the writer was killed'));
      });
      // `close` comes after everything that the process had written was read.
      this.#child.on('close', () => resolve());
    });
  }

  /** Starts a writer; `command` is run instead of node, with the same arguments. */
  static start(script: string, settings: WriterSettings, command?: string): WriterProcess {
    return new WriterProcess(script, settings, command);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Gives an order and waits for one of the reports; rejects when the process ends or reports a problem. */
  order(order: Order, ...reports: readonly Report['report'][]): Promise<Report> {
    const answer = this.#expect(...reports);
    this.#child.send(order);
    return answer;
  }

  tell(order: Order): void {
    if (!this.#hasEnded) this.#child.send(order);
  }

  stop(): void {
    this.#isStopped = true;
    this.#child.kill('SIGSTOP');
  }

  wake(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#child.kill('SIGCONT');
  }

  /** Kills it, and resolves when everything that it had said was heard. */
  async kill(): Promise<void> {
    this.#endExpected = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** For the end of the driver itself, when nothing can be waited for. */
  killNow(): void {
    this.#endExpected = true;
    this.#child.kill('SIGKILL');
  }

  #expect(...reports: readonly Report['report'][]): Promise<Report> {
    return new Promise<Report>((resolve, reject) => {
      if (this.problem !== undefined) {
        reject(new Error(this.problem));
        return;
      }
      const timer = setTimeout(() => {
        this.problem ??= `no answer (${reports.join(', ')}) in ${orderMsMax} ms`;
        this.#fail(new Error(this.problem));
      }, orderMsMax);
      this.#waiting = {
        reports,
        resolve: (report) => {
          clearTimeout(timer);
          resolve(report);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  #hear(report: Report): void {
    if (report.report === 'acknowledged') {
      this.acknowledged = { epoch: report.epoch, commit: report.commit };
      return;
    }
    // What its earlier holder met is past.
    if (report.report === 'claimed') this.failure = undefined;
    if (report.report === 'problem') this.#hearProblem(report.problem);
    if (report.report === 'loss' && report.kind === 'failed') this.failure = report.message;
    const waiting = this.#waiting;
    if (waiting?.reports.includes(report.report) !== true) return;
    this.#waiting = undefined;
    waiting.resolve(report);
  }

  #hearProblem(problem: string): void {
    this.problem ??= problem;
    this.#fail(new Error(problem));
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}
