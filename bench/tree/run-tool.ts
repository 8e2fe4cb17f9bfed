import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Resolves when the command has ended well; what it says on its error output is said here. */
export async function runTool(command: string, words: readonly string[]): Promise<void> {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${words[0] ?? ''} ended with ${code ?? 'a signal'}`);
}
