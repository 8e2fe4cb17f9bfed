import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { heapOptions } from '../../environment/heap-options.ts';

export interface FugaChildOptions {
  /** The launcher, `bin/fuga`. */
  readonly fuga: string;
  /** The command with its options. */
  readonly words: readonly string[];
  /** Beside what is not ours: only what this run says reaches the child. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it says is appended here. */
  readonly logFile: string;
  /** In the line that says that it is ready. Undefined: its reports say that. */
  readonly readyText?: string;
  /** What stands before the command, to run it somewhere else. */
  readonly before?: readonly string[];
  /** What it reports over Node's channel to its parent. Undefined: it gets no channel. */
  readonly onReport?: (message: unknown) => void;
  /** Called once. */
  readonly onEnd?: (ending: Ending) => void;
}

/** How it ended, as the system tells. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const startPatienceMs = 120_000;
/** `fuga up` ends its children within this. */
const endPatienceMs = 20_000;
const lastLinesMax = 20;

/** A `fuga` command that this process started, and that ends with it. */
export class FugaChild {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #command: string;
  readonly #readyText: string | undefined;
  readonly #log: WriteStream;
  readonly #lastLines: string[] = [];
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #onReady: (line: string) => void = () => undefined;
  #readyLine: string | undefined;

  constructor(options: FugaChildOptions) {
    const { fuga, words, environment, logFile, readyText, before = [] } = options;
    this.#command = `\`fuga ${words[0] ?? ''}\``;
    this.#readyText = readyText;
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('FUGA_'));
    const node = [process.execPath, ...heapOptions];
    const [command = '', ...rest] = [...before, ...node, fuga, ...words];
    this.#child = spawn(command, rest, {
      stdio: [
        'ignore',
        'pipe',
        'pipe',
        ...(options.onReport === undefined ? [] : ['ipc' as const]),
      ],
      env: { ...Object.fromEntries(kept), ...environment },
    });
    this.#child.on('error', () => undefined);
    this.#child.on('message', (message) => options.onReport?.(message));
    const { pid, stdout, stderr } = this.#child;
    if (pid === undefined || stdout === null || stderr === null) {
      throw new Error(`no process can be made for ${this.#command}`);
    }
    this.pid = pid;
    this.#log = createWriteStream(logFile, { flags: 'a' });
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#line(line);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#hasEnded = true;
        process.off('exit', this.#kill);
        options.onEnd?.({ code, signal });
        resolve();
      });
    });
    this.#child.once('close', () => this.#log.end());
    // Whatever ends this process, the child and its children end too.
    process.once('exit', this.#kill);
  }

  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves with the line that says that it is ready. */
  async ready(signal: AbortSignal): Promise<string> {
    const isReady = new Promise<{ readonly line: string }>((resolve) => {
      this.#onReady = (line) => {
        resolve({ line });
      };
      if (this.#readyLine !== undefined) resolve({ line: this.#readyLine });
    });
    const isOver = new Promise<'aborted'>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve('aborted');
      });
    });
    const timer = new AbortController();
    const outcome = await Promise.race([
      isReady,
      isOver,
      this.#ended.then(() => 'ended' as const),
      sleep(startPatienceMs, timer.signal).then(() => 'late' as const),
    ]);
    timer.abort();
    if (typeof outcome === 'object') return outcome.line;
    const why = outcome === 'late' ? `is not ready after ${startPatienceMs / 1000} s` : outcome;
    throw new Error([`${this.#command} ${why}:`, ...this.#lastLines].join('\n  '));
  }

  signal(name: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#child.kill(name);
  }

  /** Idempotent. */
  async end(): Promise<void> {
    if (!this.#hasEnded) {
      this.#kill();
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), endPatienceMs);
      await this.#ended;
      clearTimeout(timer);
    }
    await finished(this.#log);
  }

  readonly #kill = (): void => {
    this.signal('SIGTERM');
    // One that was stopped is to hear it too.
    this.signal('SIGCONT');
  };

  #line(line: string): void {
    this.#log.write(`${line}\n`);
    this.#lastLines.push(line);
    if (this.#lastLines.length > lastLinesMax) this.#lastLines.shift();
    if (this.#readyText === undefined || !line.includes(this.#readyText)) return;
    this.#readyLine = line;
    this.#onReady(line);
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}
