import { beforeEach, expect, test } from 'vitest';
import { brokenRules, checkModel, missingTools } from './spin.ts';

// The larger sizes take minutes: `npm run model`.
const size = { servers: 2, epochs: 3, misfortunes: 1 };

beforeEach((context) => {
  const reason = missingTools();
  if (reason !== undefined) context.skip(`the model is left out: ${reason}`);
});

test('the model of claim, fence and registered replies holds in every state', () => {
  const result = checkModel(size);
  expect(result).toMatchObject({ isExhaustive: true, violation: undefined });
  expect(result.states).toBeGreaterThan(1_000_000);
});

test.each(brokenRules)('the model fails without the rule that %s breaks', (rule) => {
  expect(checkModel(size, rule).violation).toMatch(/assertion violated/);
});
