import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type CompiledScript, compileScript } from '../torture/compile.ts';

/** Young objects: a step leaves little behind, and what is collected seldom is mostly dead by then. */
const semiSpaceMegabytes = 256;

/**
 * The simulation, compiled once. What tsx makes of it gives a name to each function that it comes by, each time: a third of
 * what a takeover costs.
 */
export function compileProgram(): Promise<CompiledScript> {
  return compileScript(join(import.meta.dirname, 'program.ts'));
}

/** Runs it; it ends with this process. */
export function runProgram(
  program: CompiledScript,
  words: readonly string[],
  output: 'inherit' | 'pipe',
): { readonly child: ChildProcess; readonly ended: Promise<number> } {
  const flags = [`--max-semi-space-size=${semiSpaceMegabytes}`];
  const child = spawn(process.execPath, [...flags, program.path, ...words], {
    stdio: ['ignore', output, 'inherit'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', kill);
      resolve(code ?? 1);
    });
  });
  return { child, ended };
}
