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
  expect(engine.getNow?.('k7')).toEqual(value);
  expect(engine.getNow?.('k')).toBeUndefined();
  expect(found.every((stored) => stored !== undefined && value.equals(stored))).toBe(true);
  await engine.close();
});

test('what was deleted takes no room any more once it was dropped, and what was not is there', async () => {
  const { folder } = nodeEnvironment();
  const directory = await temporaryDirectory();
  const engine = await createLevelEngineFactory({ folder }).open(directory, {
    writeBufferBytes: 1024 * 1024,
  });
  const kept = [
    { key: 'a', value: Buffer.from('before') },
    { key: 'r99999', value: Buffer.from('among') },
  ];
  await engine.writeSynced(kept);
  const keys = Array.from({ length: 50_000 }, (_, index) => `r${index}`.padEnd(32, '-'));
  await engine.writeSynced(keys.map((key) => ({ key, value: Buffer.alloc(8) })));
  // In tables of its own, so that nothing of it is forgotten on the way.
  await engine.shrinkLog?.();
  await engine.writeSynced(keys.map((key) => ({ key, value: undefined })));
  await engine.shrinkLog?.();
  const tableBytes = async (): Promise<number> => {
    const names = (await folder.list(directory)).filter((name) => name.endsWith('.ldb'));
    const tables = await Promise.all(names.map((name) => folder.status(`${directory}/${name}`)));
    return tables.reduce((sum, table) => sum + (table?.sizeBytes ?? 0), 0);
  };
  const before = await tableBytes();
  await engine.dropDeleted?.('r', 's');
  expect(await tableBytes()).toBeLessThan(before / 100);
  expect(await engine.range({ from: 'a', to: 'z', limit: 9 })).toEqual(kept);
  await engine.close();
});
