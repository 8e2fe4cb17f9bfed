import { afterEach, expect, test } from 'vitest';
import { ExampleProcesses, pause } from './example-processes.ts';

let example: ExampleProcesses | undefined;

afterEach(async () => {
  await example?.end();
  example = undefined;
});

test('hash table: what was put outlives the process that it was put into', async () => {
  example = await ExampleProcesses.start('hash-table');
  example.serve('a');
  expect(await example.run('put', 'one', '1')).toEqual({ code: 0, output: '1' });
  example.serve('b');
  expect(await example.run('put', 'one', '11')).toEqual({ code: 0, output: '0' });
  example.kill('a');
  expect(await example.run('get', 'one')).toEqual({ code: 0, output: '11' });
  expect(await example.run('get', 'two')).toEqual({ code: 0, output: '-1' });
  expect(await example.run('keys')).toEqual({ code: 0, output: "[ 'one' ]" });
});

test('bank: money is neither lost nor made, whichever process is killed', async () => {
  example = await ExampleProcesses.start('bank');
  example.serve('a');
  example.serve('b');
  const state = { running: true };
  const running = example.run('run', '12').finally(() => {
    state.running = false;
  });
  let kills = 0;
  while (state.running) {
    await pause(2_500);
    const primary = await example.primary('bank');
    if (primary === undefined) continue;
    example.kill(primary);
    kills += 1;
    example.serve(primary);
  }
  const { code, output } = await running;
  expect(output).toContain('every account has what it should have');
  expect(code).toBe(0);
  expect(kills).toBeGreaterThan(0);
});

test('audit log: what was acknowledged is in the log once, in order, whoever of both pairs is killed', async () => {
  example = await ExampleProcesses.start('audit-log');
  const { code, output } = await example.run('run', '12');
  expect(output).toContain('each acknowledged write is in the log once, in order');
  expect(output).toMatch(/killed documents/);
  expect(output).toMatch(/killed audit/);
  expect(code).toBe(0);
});
