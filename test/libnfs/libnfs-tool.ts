import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';

const tools = ['nfs-ls', 'nfs-cat', 'nfs-cp'] as const;
type Tool = (typeof tools)[number];

/** Why tests with libnfs cannot run; undefined where they can. */
export function missingTools(): string | undefined {
  const absent = tools.filter((tool) => spawnSync(tool, []).error !== undefined);
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')} (libnfs-utils)`;
}

/** What libnfs calls a file of the alias; NFS and MOUNT are on one port, and no portmapper is asked. */
export function urlOf(port: number, name = ''): string {
  return `nfs://127.0.0.1/home${name}?nfsport=${port}&mountport=${port}&version=3`;
}

/** A command of libnfs-utils that goes on. */
export class LibnfsTool {
  readonly #child: ChildProcess;
  readonly #output: Buffer[] = [];
  readonly #ended: Promise<unknown>;

  constructor(tool: Tool, words: readonly string[]) {
    this.#child = spawn(tool, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => this.#output.push(bytes));
    }
    this.#ended = once(this.#child, 'close');
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null;
  }

  /** Resolves with what it printed. Rejects where it failed. */
  async output(): Promise<Buffer> {
    await this.#ended;
    const output = Buffer.concat(this.#output);
    if (this.#child.exitCode === 0) return output;
    throw new Error(`${this.#child.spawnargs.join(' ')}: ${output.toString('latin1')}`);
  }

  /** Where it has not ended yet. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

export function run(tool: Tool, words: readonly string[]): Promise<Buffer> {
  return new LibnfsTool(tool, words).output();
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
