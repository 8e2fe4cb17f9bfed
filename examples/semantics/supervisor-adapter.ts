import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Runs one server, and starts it again whenever it dies. */
export class Supervisor {
  readonly #words: (life: number) => readonly string[];
  readonly #said = new Set<(line: string) => void>();
  #child: ChildProcess | undefined;
  #deaths = 0;
  #isEnding = false;
  /** What the present life said last. */
  #last = '';

  /** `words`: of this script's command line, for the nth life. */
  constructor(words: (life: number) => readonly string[]) {
    this.#words = words;
    this.#start();
  }

  get deaths(): number {
    return this.#deaths;
  }

  /** Resolves with the last line that was said if it begins with this, or else with the next one that does. */
  async said(beginning: string): Promise<string> {
    if (this.#last.startsWith(beginning)) return this.#last;
    return new Promise((resolve) => {
      const listener = (line: string): void => {
        if (!line.startsWith(beginning)) return;
        this.#said.delete(listener);
        resolve(line);
      };
      this.#said.add(listener);
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    const child = this.#child;
    if (child === undefined) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    if (child.kill('SIGKILL')) await exited;
  }

  #start(): void {
    const script = process.argv[1] ?? '';
    const words = [...process.execArgv, script, ...this.#words(this.#deaths)];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#last = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#last = line;
      for (const listener of [...this.#said]) listener(line);
    });
    child.once('exit', () => {
      if (this.#isEnding) return;
      this.#deaths += 1;
      this.#start();
    });
  }
}
