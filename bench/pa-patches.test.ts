import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { paPatches, patched } from './pa-patches.ts';

const root = join(import.meta.dirname, '..');

test('what is taken out of PA for a measurement is there, in the code as it is today', () => {
  for (const patch of paPatches) {
    for (const { file } of patch.changes) {
      const source = readFileSync(join(root, `${file}.ts`), 'utf8');
      expect(patched(patch, file, source), patch.without).not.toBe(source);
      expect(() => patched(patch, file, '')).toThrow('does not hold exactly once');
    }
  }
});
