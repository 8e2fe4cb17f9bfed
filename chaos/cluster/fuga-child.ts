import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface FugaChildOptions {
  /** The launcher, `bin/fuga`. */
  readonly fuga: string;
  /** The command with its options. */
  readonly words: readonly string[];
  /** Beside what is not ours: only what this run says reaches the child. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it says is appended here. */
  readonly logFile: string;
  /** In the line that says that it is ready. */
  readonly readyText: string;
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
  readonly #readyText: string;
  readonly #log: WriteStream;
  readonly #lastLines: string[] = [];
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #onReady: (line: string) => void = () => undefined;
  #readyLine: string | undefined;

  constructor({ fuga, words, environment, logFile, readyText }: FugaChildOptions) {
    this.#command = `\`fuga ${words[0] ?? ''}\``;
    this.#readyText = readyText;
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('FUGA_'));
    this.#child = spawn(process.execPath, [fuga, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...Object.fromEntries(kept), ...environment },
    });
    this.#child.on('error', () => undefined);
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
      this.#child.once('exit', () => {
        this.#hasEnded = true;
        resolve();
      });
    });
    // Whatever ends this process, the child and its children end too.
    process.once('exit', this.#kill);
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

  /** Idempotent. */
  async end(): Promise<void> {
    if (!this.#hasEnded) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), endPatienceMs);
      await this.#ended;
      clearTimeout(timer);
    }
    process.off('exit', this.#kill);
    await new Promise<void>((resolve) => this.#log.end(resolve));
  }

  readonly #kill = (): void => {
    if (!this.#hasEnded) this.#child.kill('SIGTERM');
  };

  #line(line: string): void {
    this.#log.write(`${line}\n`);
    this.#lastLines.push(line);
    if (this.#lastLines.length > lastLinesMax) this.#lastLines.shift();
    if (!line.includes(this.#readyText)) return;
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
