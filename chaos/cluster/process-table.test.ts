import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isChildOf, isRunning } from './process-table.ts';

test('process table: knows its own children while they run, and nobody else as such', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const { pid = 0 } = child;
  expect(isRunning(pid)).toBe(true);
  expect(await isChildOf(pid, process.pid)).toBe(true);
  expect(await isChildOf(process.pid, pid)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isRunning(pid)).toBe(false);
  expect(await isChildOf(pid, process.pid)).toBe(false);
});
