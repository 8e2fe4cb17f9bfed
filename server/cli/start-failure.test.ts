import { expect, test } from 'vitest';
import { StableAreaError } from '../../stable-area/stable-area.ts';
import { describeFailure } from './failure.ts';
import { StartFailureWatch } from './start-failure.ts';

const problem = (cause: unknown) => ({ kind: 'problem', message: 'it failed', cause }) as const;
const system = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'listen' });
const watch = (): StartFailureWatch => new StartFailureWatch('127.0.0.1', 2049, 635);

test('a service port in use is a reason to end, with what to do', () => {
  const failure = watch().look(problem(system('EADDRINUSE')));
  expect(describeFailure(failure)).toBe(
    'service: port 2049 on 127.0.0.1 is in use: choose another with --port, or 0 for any free one',
  );
});

test('of two ports the one is named that is in use', () => {
  const failure = watch().look(problem(Object.assign(system('EADDRINUSE'), { port: 635 })));
  expect(describeFailure(failure)).toContain(
    'port 635 on 127.0.0.1 is in use: choose another with --mount-port',
  );
});

test('so is an area of a newer format', () => {
  const newer = new StableAreaError('STABLE_AREA_FORMAT', 'format 2; this program knows format 1');
  expect(describeFailure(watch().look(problem(newer)))).toContain('format 2');
});

test.each([
  problem(new StableAreaError('STABLE_AREA_NO_SPACE', 'disk full')),
  problem(system('ECONNREFUSED')),
  problem(undefined),
  { kind: 'claim-lost', highest: 2 } as const,
])('%j passes, or may', (event) => {
  expect(watch().look(event)).toBeUndefined();
});

test('who has served once tries again, whatever happens', () => {
  const served = watch();
  served.look({ kind: 'primary', epoch: 1, port: 2049, takeoverMs: 10 });
  expect(served.look(problem(system('EADDRINUSE')))).toBeUndefined();
});
