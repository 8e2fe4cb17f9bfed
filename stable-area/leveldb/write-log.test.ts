import { expect, test } from 'vitest';
import { levelBatch, writeLevelLog } from '../testing/leveldb-log-writer.ts';
import { verifyLogs } from './write-log.ts';

const damaged = expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error;
const log = (name: string, ...batches: Uint8Array[]) => ({ name, bytes: writeLevelLog(batches) });
const cut = ({ name, bytes }: { name: string; bytes: Buffer }, by: number) => ({
  name,
  bytes: bytes.subarray(0, bytes.length - by),
});

test('write log: batches that follow each other, across logs, are sound', () => {
  verifyLogs([]);
  verifyLogs([log('5')]);
  verifyLogs([log('5', levelBatch(10, 3), levelBatch(13, 1)), log('8', levelBatch(14, 2))]);
});

test('write log: a batch left out is found, within a log and between two', () => {
  expect(() => verifyLogs([log('5', levelBatch(10, 3), levelBatch(14, 1))])).toThrow(damaged);
  expect(() => verifyLogs([log('5', levelBatch(10, 3)), log('8', levelBatch(14, 2))])).toThrow(
    damaged,
  );
  expect(() => verifyLogs([log('5', Buffer.alloc(11))])).toThrow(damaged);
});

test('write log: the very end may be cut off or unreadable, nothing before it', () => {
  const older = log('5', levelBatch(10, 3), levelBatch(13, 1));
  verifyLogs([cut(older, 1)]);
  verifyLogs([cut(older, 1), log('8')]);
  expect(() => verifyLogs([cut(older, 1), log('8', levelBatch(14, 2))])).toThrow(damaged);
  const flipped = log('5', levelBatch(10, 3), levelBatch(13, 1));
  flipped.bytes[flipped.bytes.length - 1] = 0xff;
  verifyLogs([flipped, log('8')]);
  expect(() => verifyLogs([flipped, log('8', levelBatch(14, 2))])).toThrow(damaged);
});

test('write log: damage inside is found even where the numbers could not tell', () => {
  const flipped = log('5', levelBatch(10, 3, 40_000), levelBatch(13, 1, 40_000));
  flipped.bytes[100] = 0xff;
  expect(() => verifyLogs([flipped])).toThrow(damaged);
});
