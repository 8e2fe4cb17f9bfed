import { execFile, type ExecFileException, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const outputBytesMax = 64 * 1024 * 1024;

/** A command that failed, with what it said. */
export class CommandError extends Error {
  constructor(command: readonly string[], { code, signal }: ExecFileException, output: string) {
    super(`${command.join(' ')}: ${signal ?? `exit code ${String(code)}`}\n${output}`);
  }
}

/** Runs a command in the project's folder; resolves with its standard output. */
export function run(...command: readonly string[]): Promise<string> {
  const [file = '', ...words] = command;
  return new Promise((resolve, reject) => {
    const options = { cwd: root, maxBuffer: outputBytesMax, encoding: 'utf8' } as const;
    execFile(file, words, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new CommandError(command, error, `${stdout}${stderr}`));
    });
  });
}

/** Runs a command whose output the user should see as it comes. */
async function show(...command: readonly string[]): Promise<void> {
  const [file = '', ...words] = command;
  const child = spawn(file, words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${command.join(' ')}: exit code ${String(code)}`);
}

/** docker-compose.yml as a project of its own, beside whatever else runs on this machine. */
export class Compose {
  readonly #command: readonly string[];

  private constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** Version 2 where it is installed, otherwise 1. Rejects where there is neither, or no engine. */
  static async open(project: string): Promise<Compose> {
    await run('docker', 'version');
    for (const command of [['docker', 'compose'], ['docker-compose']]) {
      const version = await run(...command, 'version').catch(() => undefined);
      if (version !== undefined) return new Compose([...command, '--project-name', project]);
    }
    throw new Error('neither `docker compose` nor `docker-compose` is installed');
  }

  build(): Promise<void> {
    return show(...this.#command, 'build', 'server-a');
  }

  start(): Promise<void> {
    return show(...this.#command, 'up', '--detach', '--no-build');
  }

  /** Everything, the volume too. */
  async remove(): Promise<void> {
    // Those of profiles are known to `down` only where the profiles are.
    const all = ['--profile', 'client', '--profile', 'chaos'];
    await run(...this.#command, ...all, 'down', '--volumes', '--remove-orphans', '--timeout', '3');
  }

  logs(): Promise<string> {
    return run(...this.#command, 'logs', '--no-color', '--tail', '50');
  }

  async containerOf(service: string): Promise<string> {
    const id = (await run(...this.#command, 'ps', '--quiet', service)).trim();
    if (id === '') throw new Error(`there is no container of ${service}`);
    return id;
  }

  /** Runs a service once, with a folder of this machine as /exchange; resolves with what it printed. */
  once(service: string, folder: string, ...words: readonly string[]): Promise<string> {
    return run(
      ...this.#command,
      ...['run', '--rm', '-T', '--volume', `${folder}:/exchange`],
      ...[service, ...words],
    );
  }

  /** The same with a shell in place of the command. */
  shell(service: string, folder: string, script: string): Promise<string> {
    return run(
      ...this.#command,
      ...['run', '--rm', '-T', '--volume', `${folder}:/exchange`],
      ...['--entrypoint', 'sh', service, '-euc', script],
    );
  }
}
