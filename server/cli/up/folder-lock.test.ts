import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTimeOf } from '../../../pa/adapters/process-identity-adapter.ts';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const lockFile = (): string => join(folder, 'cluster.lock');

test('a second one is told who has the folder, and may have it when the first is done', () => {
  const first = lockFolder(folder);
  expect(first.kind).toBe('locked');
  expect(lockFolder(folder, process.ppid)).toEqual({ kind: 'in-use', pid: process.pid });
  if (first.kind === 'locked') first.lock.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(lockFolder(folder).kind).toBe('locked');
});

test('the lock of a process that is gone is taken away', () => {
  // Process ids end below this one (proc(5), pid_max).
  writeFileSync(lockFile(), JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }));
  expect(lockFolder(folder).kind).toBe('locked');
  expect(readdirSync(folder)).toEqual(['cluster.lock']);
});

test('a process id that is in use again does not keep the folder', () => {
  expect(startTimeOf(process.pid)).toMatch(/^\d+$/);
  writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, startTime: '1' }));
  expect(lockFolder(folder).kind).toBe('locked');
});

test.each(['', '{', '[]', '{"pid":"1"}'])(
  'what is no lock, such as %j, is taken away',
  (content) => {
    writeFileSync(lockFile(), content);
    expect(lockFolder(folder).kind).toBe('locked');
  },
);

test('who gives the lock back does not take away that of another', () => {
  const first = lockFolder(folder);
  rmSync(lockFile());
  expect(lockFolder(folder, process.ppid).kind).toBe('locked');
  if (first.kind === 'locked') first.lock.release();
  expect(readdirSync(folder)).toEqual(['cluster.lock']);
});
