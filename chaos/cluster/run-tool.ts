import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** Tools of the administrator are not on everybody's path. */
export const toolPath = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/** Runs a tool of the system to its end. Rejects with what it said. */
export async function runTool(...words: readonly string[]): Promise<void> {
  const [command = '', ...rest] = words;
  try {
    await execute(command, rest, { env: { ...process.env, PATH: toolPath } });
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    const said = stderr === undefined || stderr.trim() === '' ? message : stderr.trim();
    throw new Error(`\`${words.join(' ')}\` failed: ${said}`, { cause: error });
  }
}
