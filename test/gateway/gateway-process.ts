import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FugaProcess } from '../up/up-process.ts';

/** A gateway for `home`, which dies and starts again over the same state, on the same port. */
export class GatewayProcess {
  readonly #state = mkdtempSync(join(tmpdir(), 'fuga-gateway-'));
  readonly #words: readonly string[];
  readonly #processes: FugaProcess[] = [];
  #serving: FugaProcess | undefined;
  #port = 0;

  /** `words`: where the servers are. */
  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get port(): number {
    return this.#port;
  }

  /** One that was started before must have ended. */
  async start(): Promise<void> {
    this.#serving = this.begin();
    const line = await this.#serving.line('gateway for home: mount');
    this.#port = Number(/,port=(\d+),/.exec(line)?.[1] ?? NaN);
  }

  /** Starts one more process, and waits for nothing. */
  begin(): FugaProcess {
    const where = ['--alias', 'home', '--listen', `127.0.0.1:${this.#port}`];
    const words = ['gateway', ...where, '--state', this.#state, ...this.#words];
    const process = new FugaProcess(words, this.#state);
    this.#processes.push(process);
    return process;
  }

  /** Resolves with its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#serving?.signal(signal);
    return (await this.#serving?.ended) ?? null;
  }

  async close(): Promise<void> {
    for (const process of this.#processes) await process.dispose();
    rmSync(this.#state, { recursive: true, force: true });
  }
}
