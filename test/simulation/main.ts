import { parseCommandLine, usage } from './command-line.ts';
import { compileProgram, runProgram } from './compiled-program.ts';
import { simulateMutations } from './mutations/simulate-mutations.ts';
import { simulate } from './simulate.ts';

/*
 * npm run simulate -- --seed 7           one run again, step by step the same
 * npm run simulate -- --minutes 10       one random seed after the other
 */

const words = process.argv.slice(2);
const options = parseCommandLine(words);
if (typeof options === 'string') {
  console.error(`${options}\n${usage}`);
  process.exit(2);
}
const say = (line: string): void => console.log(line);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
let isClean: boolean;
if (options.kind === 'mutations') {
  isClean = await simulateMutations(options.only, say);
} else if (options.kind === 'seed') {
  // As it is, so that stacks name the lines of the source.
  isClean = await simulate(options, say);
} else {
  const program = await compileProgram();
  const { ended } = runProgram(program, words, 'inherit');
  isClean = (await ended.finally(() => program.remove())) === 0;
}
process.exit(isClean ? 0 : 1);
