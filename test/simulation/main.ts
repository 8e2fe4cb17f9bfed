import { parseCommandLine, usage } from './command-line.ts';
import { simulate } from './simulate.ts';

/*
 * npm run simulate -- --seed 7           one run again, step by step the same
 * npm run simulate -- --minutes 10       one random seed after the other
 */

const options = parseCommandLine(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(`${options}\n${usage}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
process.exit((await simulate(options, (line) => console.log(line))) ? 0 : 1);
