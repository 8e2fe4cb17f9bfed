import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { createSecretFile, readSecretFile } from './secret-file-adapter.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-secret-'));
  path = join(folder, 'secret');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a new secret can be used by its owner alone, and comes back the same', async () => {
  await createSecretFile(path, seededRandom(1));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const one = await readSecretFile(path);
  const other = await readSecretFile(path);
  expect(one.mac('pair', [])).toEqual(other.mac('pair', []));
});

test('an existing secret is never overwritten', async () => {
  await createSecretFile(path, seededRandom(1));
  const before = (await readSecretFile(path)).mac('pair', []);
  await expect(createSecretFile(path, seededRandom(2))).rejects.toMatchObject({
    code: 'PA_SECRET',
  });
  expect((await readSecretFile(path)).mac('pair', [])).toEqual(before);
});

test.each([0o640, 0o604, 0o660, 0o644])('a file with mode %o is refused', async (mode) => {
  await createSecretFile(path, seededRandom(1));
  chmodSync(path, mode);
  await expect(readSecretFile(path)).rejects.toMatchObject({
    code: 'PA_SECRET',
    message: expect.stringContaining('chmod 600') as string,
  });
});

test('a missing file, a folder, a wrong and a huge file are refused by name', async () => {
  await expect(readSecretFile(path)).rejects.toMatchObject({
    code: 'PA_SECRET',
    cause: { code: 'ENOENT' },
  });
  await expect(readSecretFile(folder)).rejects.toThrow('not a regular file');
  writeFileSync(path, 'not a secret', { mode: 0o600 });
  await expect(readSecretFile(path)).rejects.toThrow('64 hexadecimal digits');
  writeFileSync(path, 'x'.repeat(5000));
  await expect(readSecretFile(path)).rejects.toThrow('5000 bytes');
});
