import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFile } from '../../server/cli/up/cluster-file.ts';

export const fuga = join(import.meta.dirname, '../../bin/fuga');
const patienceMs = 100_000;

/** What a command ended with. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A command that goes on, and what it said. Its folder is removed with it. */
export class FugaProcess {
  readonly data: string;
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  /** `program`: another launcher than ours. */
  constructor(words: readonly string[], data: string, program = fuga) {
    this.data = data;
    this.#child = start(words, program);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) throw new Error('its output is a pipe');
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    this.ended = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first line that contains the text. */
  async line(text: string): Promise<string> {
    return until(`"${text}" is said`, () => this.lines.find((line) => line.includes(text))).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}; it said:\n${this.lines.join('\n')}`);
      },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it if it still runs, and removes its folder. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await this.ended;
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** `fuga up` in a folder of its own. */
export class UpProcess extends FugaProcess {
  /** `words`: more options. `data`: a folder that another one used before. */
  constructor(
    words: readonly string[] = [],
    data = mkdtempSync(join(tmpdir(), 'fuga-up-')),
    program = fuga,
  ) {
    super(['up', '--data', data, '--pam-port', '0', ...words], data, program);
  }

  get cluster(): ClusterFile {
    return readCluster(this.data);
  }

  /** Where stock clients reach `home`. */
  get port(): number {
    return this.cluster.ports.home ?? 0;
  }

  /** The process that has this role for `home`. */
  server(role: string): ClusterFile['servers'][number] | undefined {
    return this.cluster.servers.find(({ roles }) => roles.home === role);
  }

  ready(): Promise<string> {
    return this.line('Ctrl-C ends it');
  }
}

/** What the `fuga up` over a folder says there. Throws where none runs. */
export function readCluster(data: string): ClusterFile {
  return JSON.parse(readFileSync(join(data, 'cluster.json'), 'utf8')) as ClusterFile;
}

/** Runs a command to its end. */
export async function runFuga(words: readonly string[], input = ''): Promise<Outcome> {
  const child = start(words);
  const outcome = { output: '', errors: '' };
  child.stdout?.on('data', (bytes: Buffer) => (outcome.output += bytes.toString()));
  child.stderr?.on('data', (bytes: Buffer) => (outcome.errors += bytes.toString()));
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...outcome };
}

/** Process ids of everything that runs over a data folder, as /proc tells. */
export function processesOver(data: string, pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data);
    } catch {
      return false;
    }
  });
}

/** Resolves with the first value that is one. */
export async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}

function start(words: readonly string[], program = fuga): ChildProcess {
  return spawn(process.execPath, [program, ...words], { stdio: 'pipe', env: plainEnvironment() });
}

/** Ours, without what would be taken for options. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^(FUGA|LISTEN)_/.test(name));
  return { ...Object.fromEntries(ours), NO_COLOR: '1' };
}
