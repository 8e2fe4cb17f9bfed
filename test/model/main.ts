import { models } from './models.ts';
import { checkModel, missingTools } from './spin.ts';

/* npm run model: the models of docs/model in all sizes, then with each of their rules broken. */

const reason = missingTools();
if (reason !== undefined) {
  console.error(`model: ${reason}`);
  process.exit(2);
}

let isSound = true;
for (const model of models) {
  for (const size of model.sizes) {
    const { isExhaustive, states, depth, violation } = checkModel(model, size);
    const outcome =
      violation ?? (isExhaustive ? 'holds in every state' : 'not every state was seen');
    isSound &&= violation === undefined && isExhaustive;
    const parameters = Object.entries(size).map((pair) => pair.join(' '));
    const what = `${model.file}, ${parameters.join(', ')}`;
    console.log(`${what}: ${outcome}; ${states.toLocaleString('en')} states, depth ${depth}`);
  }
  for (const rule of model.brokenRules) {
    const { violation, depth } = checkModel(model, model.smallest, rule);
    isSound &&= violation !== undefined;
    console.log(
      `${rule}: ${violation === undefined ? 'NOT FOUND' : `${violation}, depth ${depth}`}`,
    );
  }
}
process.exit(isSound ? 0 : 1);
