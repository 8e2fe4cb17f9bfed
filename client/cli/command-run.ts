import type { CliContext, Cluster } from './context.ts';
import { CommandFailure } from './failure.ts';
import { isFileFailure, reasonOf } from './reason.ts';
import { RemoteFiles } from './remote-files.ts';

/** Exit code where some operand failed, and where the command as a whole did. */
const exitCodeOfFailure = 1;

/** One run of one command: what it says, and how it ends. */
export class CommandRun {
  /** As it is called in messages: `ls`. */
  readonly name: string;
  readonly context: CliContext;
  readonly cluster: Cluster;
  readonly files: RemoteFiles;
  /** So far. */
  exitCode = 0;
  /** Resolves when standard output wants more. */
  #drained: Promise<void> | undefined;

  constructor(name: string, context: CliContext, cluster: Cluster) {
    this.name = name;
    this.context = context;
    this.cluster = cluster;
    this.files = new RemoteFiles(cluster);
  }

  get isTerminal(): boolean {
    return this.context.stdout.isTTY === true;
  }

  /** Waits where whoever reads is slower than we are. */
  async print(text: string | Uint8Array): Promise<void> {
    await this.#drained;
    const { stdout } = this.context;
    if (stdout.write(text)) return;
    this.#drained = new Promise((resolve) => {
      stdout.once('drain', () => {
        this.#drained = undefined;
        resolve();
      });
    });
  }

  printLine(line: string): Promise<void> {
    return this.print(`${line}\n`);
  }

  printJson(value: unknown): Promise<void> {
    return this.printLine(JSON.stringify(value, undefined, 2));
  }

  /** Says what went wrong; the command goes on, and ends with at least this exit code. */
  fail(message: string, exitCode: number = exitCodeOfFailure): void {
    this.context.stderr.write(`${this.name}: ${message}\n`);
    this.exitCode = Math.max(this.exitCode, exitCode);
  }

  /** Says something that changes nothing about the outcome. */
  notice(message: string): void {
    this.context.stderr.write(`${this.name}: ${message}\n`);
  }

  /**
   * Works on one operand. A failure that is its own is told (`cannot remove 'home:/x': Permission denied`), and gives
   * undefined; any other ends the command.
   */
  async attempt<T>(
    work: () => Promise<T>,
    describe: (reason: string, error: unknown) => string,
    exitCode?: number,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isFileFailure(error)) throw error;
      this.fail(describe(reasonOf(error), error), exitCode);
      return undefined;
    }
  }

  /** To be thrown: the command is called in a way that makes no sense. */
  wrongUsage(message: string): CommandFailure {
    return new CommandFailure(`${message}\nTry 'fuga ${this.name} --help' for more information.`);
  }
}

/** As GNU commands quote names in messages: in apostrophes. */
export function quote(name: string): string {
  return `'${name}'`;
}
