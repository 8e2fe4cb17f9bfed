import { parseArgs } from 'node:util';
import { generatedDecoders } from './decoders.ts';
import { fuzzDecoders } from './fuzz.ts';

/* npm run fuzz -- --cases 5000000 --seed 1 */

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
});
const [cases, seed] = [Number(values.cases), Number(values.seed)];
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: fuzz [--cases N] [--seed N]');
  process.exit(2);
}
const decoders = await generatedDecoders();
const tried = fuzzDecoders({ decoders, cases, seed });
console.log(
  `${tried} messages to ${decoders.length} decoders (seed ${seed}): all refused or decoded`,
);
