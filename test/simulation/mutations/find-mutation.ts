import type { CompiledScript } from '../../torture/compile.ts';
import { runProgram } from '../compiled-program.ts';
import { acknowledgingMutations } from './acknowledging.ts';
import { claimingMutations } from './claiming.ts';
import { filesOf, mutate, type Mutation } from './mutation.ts';
import { nestedCallMutations } from './nested-calls.ts';
import { valueLogMutations } from './value-log.ts';

export const mutations: readonly Mutation[] = [
  ...acknowledgingMutations,
  ...claimingMutations,
  ...valueLogMutations,
  ...nestedCallMutations,
];

/** How a broken program was found out. */
export interface Found {
  /** Undefined where nothing was found in time. */
  readonly seed: number | undefined;
  readonly seconds: number;
  /** The first line of what was wrong. */
  readonly finding: string;
}

const minutesMax = 5;
/** A little more than the program takes by itself. */
const patienceMs = (minutesMax * 60 + 60) * 1_000;
const seedPattern = /^SEED (\d+): .*\n {2}(.*)$/m;

/** Runs seeds of the program with the mutation in it, from 1 on, until one of them finds something. */
export async function findMutation(program: CompiledScript, mutation: Mutation): Promise<Found> {
  const files = filesOf(mutation);
  for (const file of files) {
    await program.recompile(file, (source) => mutate(mutation, file, source));
  }
  try {
    const startMs = performance.now();
    const words = ['--minutes', String(minutesMax), '--first-seed', '1', '--stop'];
    const output = await run(program, words);
    const seconds = (performance.now() - startMs) / 1000;
    const [, seed, finding = ''] = seedPattern.exec(output) ?? [];
    return { seed: seed === undefined ? undefined : Number(seed), seconds, finding };
  } finally {
    for (const file of files) await program.recompile(file, (source) => source);
  }
}

async function run(program: CompiledScript, words: readonly string[]): Promise<string> {
  const { child, ended } = runProgram(program, words, 'pipe');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await ended.finally(() => clearTimeout(timer));
  return output;
}
