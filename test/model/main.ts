import { brokenRules, checkModel, missingTools, type ModelSize } from './spin.ts';

/* npm run model: the model of docs/model/fuga.pml in all sizes, then with each of its rules broken. */

const sizes: readonly ModelSize[] = [
  { servers: 2, epochs: 2, misfortunes: 2 },
  { servers: 2, epochs: 3, misfortunes: 2 },
  { servers: 2, epochs: 4, misfortunes: 1 },
  { servers: 3, epochs: 3, misfortunes: 1 },
];
const smallest: ModelSize = { servers: 2, epochs: 3, misfortunes: 1 };

const reason = missingTools();
if (reason !== undefined) {
  console.error(`model: ${reason}`);
  process.exit(2);
}

let isSound = true;
for (const size of sizes) {
  const { servers, epochs, misfortunes } = size;
  const { isExhaustive, states, depth, violation } = checkModel(size);
  const outcome = violation ?? (isExhaustive ? 'holds in every state' : 'not every state was seen');
  isSound &&= violation === undefined && isExhaustive;
  const what = `${servers} servers, ${epochs} epochs, ${misfortunes} misfortunes`;
  console.log(`${what}: ${outcome}; ${states.toLocaleString('en')} states, depth ${depth}`);
}
for (const rule of brokenRules) {
  const { violation, depth } = checkModel(smallest, rule);
  isSound &&= violation !== undefined;
  console.log(`${rule}: ${violation === undefined ? 'NOT FOUND' : `${violation}, depth ${depth}`}`);
}
process.exit(isSound ? 0 : 1);
