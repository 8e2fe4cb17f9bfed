import { beforeEach, expect, test } from 'vitest';
import { models } from './models.ts';
import { checkModel, missingTools } from './spin.ts';

// The larger sizes take minutes: `npm run model`.

beforeEach((context) => {
  const reason = missingTools();
  if (reason !== undefined) context.skip(`the model is left out: ${reason}`);
});

test.each(models)('the model $file holds in every state', (model) => {
  const result = checkModel(model, model.smallest);
  expect(result).toMatchObject({ isExhaustive: true, violation: undefined });
  expect(result.states).toBeGreaterThan(10_000);
});

const broken = models.flatMap((model) => model.brokenRules.map((rule) => ({ model, rule })));

test.each(broken)('the model $model.file fails without the rule that $rule breaks', (each) => {
  const { model, rule } = each;
  expect(checkModel(model, model.smallest, rule).violation).toMatch(/assertion violated/);
});
