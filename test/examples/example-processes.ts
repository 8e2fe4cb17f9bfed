import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { type Pam, startPam } from '../../pa/manager/start-pam.ts';

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** The processes of one example over one PAM and one stable area; ended by id, whatever happens. */
export class ExampleProcesses {
  readonly #main: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'fuga-example-'));
  readonly #servers = new Map<string, ChildProcess>();
  readonly #commands = new Set<ChildProcess>();
  readonly #pam: Pam;

  private constructor(main: string, pam: Pam) {
    this.#main = main;
    this.#pam = pam;
  }

  /** `name`: the folder of the example. */
  static async start(name: string): Promise<ExampleProcesses> {
    const environment = nodeEnvironment();
    const pam = await startPam({ environment, host: '127.0.0.1', port: 0 });
    return new ExampleProcesses(`dist/examples/${name}/main.js`, pam);
  }

  serve(node: string): void {
    this.#servers.set(node, this.#spawn(['serve', node], 'ignore'));
  }

  kill(node: string): void {
    this.#servers.get(node)?.kill('SIGKILL');
    this.#servers.delete(node);
  }

  /** Runs a client command to its end. */
  run(...args: readonly string[]): Promise<Finished> {
    const child = this.#spawn(args, 'pipe');
    this.#commands.add(child);
    let output = '';
    child.stdout?.on('data', (text: Buffer) => {
      output += text.toString();
    });
    child.stderr?.on('data', (text: Buffer) => {
      output += text.toString();
    });
    return new Promise((resolve) => {
      child.on('close', (code) => {
        this.#commands.delete(child);
        resolve({ code, output: output.trim() });
      });
    });
  }

  /** The node that serves now, as PAM knows it. */
  async primary(alias: string): Promise<string | undefined> {
    const response = await fetch(`${this.#pam.url}/v1/aliases/${alias}`);
    const text = await response.text();
    return /"node":"([^"]*)"/.exec(text)?.[1];
  }

  async end(): Promise<void> {
    for (const child of [...this.#servers.values(), ...this.#commands]) child.kill('SIGKILL');
    await this.#pam.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], output: 'ignore' | 'pipe'): ChildProcess {
    return spawn(process.execPath, [this.#main, ...args], {
      stdio: ['ignore', output, output],
      env: { ...process.env, FUGA_PAM: this.#pam.url, FUGA_DATA: this.#folder },
    });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
