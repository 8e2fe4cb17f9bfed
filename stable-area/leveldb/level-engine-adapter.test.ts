import { expect, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { createLevelEngineFactory } from './level-engine-adapter.ts';

test('a log that was shrunk leaves next to nothing to copy, and loses nothing', async () => {
  const { folder } = nodeEnvironment();
  const directory = await temporaryDirectory();
  const factory = createLevelEngineFactory({ folder });
  const engine = await factory.open(directory, { writeBufferBytes: 4 * 1024 * 1024 });
  const value = Buffer.alloc(1024, 'v');
  const keys = Array.from({ length: 512 }, (_, index) => `k${index}`);
  await engine.writeSynced(keys.map((key) => ({ key, value })));
  const before = await factory.copiedBytes(directory);
  await engine.shrinkLog?.();
  expect(before).toBeGreaterThan(keys.length * value.length);
  expect(await factory.copiedBytes(directory)).toBeLessThan(before / 100);
  const found = await engine.getMany(keys);
  expect(found.every((stored) => stored !== undefined && value.equals(stored))).toBe(true);
  await engine.close();
});
