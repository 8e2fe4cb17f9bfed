import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../command-line.ts';
import { compileProgram } from '../compiled-program.ts';
import { findMutation, mutations } from './find-mutation.ts';
import { filesOf, mutate } from './mutation.ts';
import { simulateMutations } from './simulate-mutations.ts';

const root = join(import.meta.dirname, '../../..');
/** Of a machine that is busy with other things. */
const timeoutMs = 300_000;
/** Those that a few seeds find; the others: `npm run simulate -- --mutations`. */
const quick = ['SKIP_CONFIRM', 'REPLY_BEFORE_COMMIT'];

test('mutations: at least twelve, each of which changes the code as it is today', () => {
  expect(mutations.length).toBeGreaterThanOrEqual(12);
  for (const mutation of mutations) {
    for (const file of filesOf(mutation)) {
      const source = readFileSync(join(root, file), 'utf8');
      expect(mutate(mutation, file, source), mutation.name).not.toBe(source);
    }
  }
});

test('mutations: a text that is not there any more is an error, not a program that is sound', () => {
  const [mutation] = mutations;
  const [file = ''] = filesOf(mutation!);
  expect(() => mutate(mutation!, file, 'other')).toThrow(/does not hold exactly once/);
});

test('mutations: a program that is broken is found out, with its seed', {
  timeout: timeoutMs,
}, async () => {
  const program = await compileProgram();
  try {
    for (const name of quick) {
      const mutation = mutations.find((each) => each.name === name);
      const { seed, finding } = await findMutation(program, mutation!);
      expect(seed, name).toBeGreaterThan(0);
      expect(finding).not.toBe('');
    }
  } finally {
    await program.remove();
  }
});

test('mutations: a name that none has is said, with those that there are', async () => {
  const options = parseCommandLine(['--mutations', '--only', 'NOTHING']);
  expect(options).toEqual({ kind: 'mutations', only: 'NOTHING' });
  const lines: string[] = [];
  expect(await simulateMutations('NOTHING', (line) => lines.push(line))).toBe(false);
  expect(lines).toEqual([expect.stringMatching(/no mutation NOTHING.*SKIP_CONFIRM/)]);
});
