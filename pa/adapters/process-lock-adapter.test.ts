import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTimeOf } from './process-identity-adapter.ts';
import { type LockOutcome, takeProcessLock } from './process-lock-adapter.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const lockFile = (): string => join(folder, 'cluster.lock');
const take = (pid?: number): LockOutcome => takeProcessLock(lockFile(), pid);

test('a second one is told who has the lock, and may have it when the first is done', () => {
  const first = take();
  expect(first.kind).toBe('locked');
  expect(take(process.ppid)).toEqual({ kind: 'in-use', pid: process.pid });
  if (first.kind === 'locked') first.lock.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(take().kind).toBe('locked');
});

test('the lock of a process that is gone is taken away', () => {
  // Process ids end below this one (proc(5), pid_max).
  writeFileSync(lockFile(), JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }));
  expect(take().kind).toBe('locked');
  expect(readdirSync(folder)).toEqual(['cluster.lock']);
});

test('a process id that is in use again does not keep the lock', () => {
  expect(startTimeOf(process.pid)).toMatch(/^\d+$/);
  writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, startTime: '1' }));
  expect(take().kind).toBe('locked');
});

test.each(['', '{', '[]', '{"pid":"1"}'])(
  'what is no lock, such as %j, is taken away',
  (content) => {
    writeFileSync(lockFile(), content);
    expect(take().kind).toBe('locked');
  },
);

test('who gives the lock back does not take away that of another', () => {
  const first = take();
  rmSync(lockFile());
  expect(take(process.ppid).kind).toBe('locked');
  if (first.kind === 'locked') first.lock.release();
  expect(readdirSync(folder)).toEqual(['cluster.lock']);
});
