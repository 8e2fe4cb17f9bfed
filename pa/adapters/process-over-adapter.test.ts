import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { processIdentity, startTimeOf } from './process-identity-adapter.ts';
import { isProcessOver } from './process-over-adapter.ts';

test('a process is over when it was killed, and when its number is that of another one; elsewhere nobody can tell', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const ended = once(child, 'exit');
  try {
    const { namespace } = processIdentity();
    const pid = child.pid ?? 0;
    const startTime = startTimeOf(pid) ?? '';
    const identity = { pid, startTime, namespace };
    // Systems without proc(5) tell nothing.
    const isTold = startTime !== '';
    expect(isProcessOver(identity)).toBe(false);
    expect(isProcessOver({ ...identity, startTime: isTold ? '1' : '' })).toBe(isTold);
    child.kill('SIGKILL');
    await ended;
    expect(isProcessOver(identity)).toBe(isTold);
    expect(isProcessOver({ ...identity, namespace: 'another machine' })).toBe(false);
    expect(isProcessOver({ ...identity, startTime: '' })).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});
