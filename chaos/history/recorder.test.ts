import { expect, test } from 'vitest';
import { Recorder } from './recorder.ts';

const call = { kind: 'getattr', file: 1 } as const;

test('recorder: times differ, even when the clock stands still', () => {
  const recorder = new Recorder(() => 5);
  const first = recorder.invoke(0, call);
  const second = recorder.invoke(1, call);
  recorder.respond(second, { status: 'error', code: 'ESTALE' });
  recorder.respond(first, { status: 'error', code: 'ESTALE' });
  const times = recorder.operations.flatMap((operation) => [
    operation.invokedMicroseconds,
    operation.respondedMicroseconds,
  ]);
  expect(times).toEqual([6, 7, 5, 8]);
});

test('recorder: calls are counted for each client', () => {
  const recorder = new Recorder(() => 0);
  expect([recorder.invoke(0, call), recorder.invoke(0, call), recorder.invoke(4, call)]).toEqual([
    expect.objectContaining({ client: 0, number: 1 }),
    expect.objectContaining({ client: 0, number: 2 }),
    expect.objectContaining({ client: 4, number: 1 }),
  ]);
});

test('recorder: what nobody waits for any more has an unknown outcome', () => {
  const recorder = new Recorder(() => 0);
  const open = recorder.invoke(0, call);
  recorder.abandonOpenCalls();
  expect(recorder.operations).toEqual([
    expect.objectContaining({ outcome: { status: 'unknown' }, respondedMicroseconds: undefined }),
  ]);
  expect(() => recorder.respond(open, { status: 'unknown' })).toThrow('answered twice');
});
