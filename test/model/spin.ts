import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model, ModelSize } from './models.ts';

const folderOfModels = join(import.meta.dirname, '../../docs/model');
const depthMax = 1_000_000;
const memoryMiB = 8_000;

export interface ModelResult {
  /** Every state that can be reached was looked at. */
  readonly isExhaustive: boolean;
  readonly states: number;
  readonly depth: number;
  /** What did not hold; undefined where all did. */
  readonly violation: string | undefined;
}

/** Why the model cannot be checked here; undefined where it can. */
export function missingTools(): string | undefined {
  const missing = ['spin', 'gcc'].filter((tool) => {
    try {
      execFileSync(tool, [tool === 'spin' ? '-V' : '--version'], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** Looks at every state of the model of this size, with one rule broken or none. */
export function checkModel(model: Model, size: ModelSize, broken?: string): ModelResult {
  const folder = mkdtempSync(join(tmpdir(), 'fuga-model-'));
  try {
    const macros = [
      ...Object.entries(size).map(([name, value]) => `-D${name}=${value}`),
      ...(broken === undefined ? [] : [`-D${broken}`]),
    ];
    const run = (command: string, words: readonly string[]): string =>
      execFileSync(command, words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
    run('spin', ['-a', ...macros, join(folderOfModels, model.file)]);
    const options = ['-DSAFETY', '-DCOLLAPSE', `-DMEMLIM=${memoryMiB}`];
    // A broken model ends soon: what takes time then is the compiler.
    const optimise = broken === undefined ? '-O2' : '-O0';
    run('gcc', [optimise, '-w', ...options, '-o', 'pan', 'pan.c']);
    return resultOf(run('./pan', [`-m${depthMax}`]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What spin's verifier says at its end. */
function resultOf(output: string): ModelResult {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const result = {
    isExhaustive: !/search depth too small|Search not completed|out of memory/.test(output),
    states: number(/(\d+) states, stored/),
    depth: number(/depth reached (\d+)/),
    violation: /pan:1: (.*) \(at depth/.exec(output)?.[1],
  };
  const errors = number(/errors: (\d+)/);
  if (Number.isNaN(errors) || errors > 0 !== (result.violation !== undefined)) {
    throw new Error(`spin's verifier cannot be understood:\n${output}`);
  }
  return result;
}
