import { parseCommandLine } from './command-line.ts';
import { simulate } from './simulate.ts';

/* What main.ts compiles and starts, and where mutations are put in: it says what came of the runs, and ends with 1 if anything was wrong. */

const options = parseCommandLine(process.argv.slice(2));
if (typeof options === 'string' || options.kind === 'mutations') {
  throw new Error(`started by hand: ${process.argv.slice(2).join(' ')}`);
}
process.exit((await simulate(options, (line) => console.log(line))) ? 0 : 1);
