import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { Call, Outcome } from '../../history/call.ts';
import { isMutating } from '../../history/call.ts';
import { NaiveFileSystem } from '../../testing/naive-file-system.ts';
import { chooseCall } from '../../workload/choose-call.ts';
import { Knowledge } from '../../workload/knowledge.ts';
import { seededRandom } from '../../workload/seeded-random.ts';
import { applyCall } from './apply-call.ts';
import type { Answered } from './fit.ts';
import { stateAfter } from './fit.ts';
import { conflict, footprintOf } from './footprint.ts';
import { ModelState } from './state.ts';

interface Run {
  readonly state: ModelState;
  readonly files: NaiveFileSystem;
  readonly next: () => Call;
}

/** Model and naive file system after the same calls of one client. Fails where they differ. */
function runBoth(seed: number, calls: number): Run {
  const random = seededRandom(seed);
  const files = new NaiveFileSystem();
  const roots = [files.addRoot(), files.addRoot()];
  const knowledge = new Knowledge(roots);
  const next = (): Call => chooseCall(random, { knowledge, names: ['a', 'b', 'c', 'd'] });
  let state = ModelState.ofRoots(roots);
  for (let number = 1; number <= calls; number += 1) {
    const call = next();
    const id = `0.${number}`;
    const outcome = files.execute(call, id);
    knowledge.learn(call, outcome);
    const after = stateAfter(state, { id, call, outcome });
    expect(after, `${id} ${JSON.stringify(call)} ${JSON.stringify(outcome)}`).toBeDefined();
    state = after ?? state;
  }
  return { state, files, next };
}

property.prop([fc.nat()], { numRuns: 25 })(
  'model: gives what a file system written by itself gives, call by call',
  (seed) => {
    runBoth(seed, 250);
  },
);

property.prop([fc.nat()], { numRuns: 15 })(
  'model: a call that is not mutating, or that fails, leaves the state as it is',
  (seed) => {
    const { state, next } = runBoth(seed, 60);
    for (let tries = 0; tries < 30; tries += 1) {
      const call = next();
      const transition = applyCall(state, call, { id: 'x', newIno: 999_999 });
      if (!isMutating(call) && transition.ok) expect(transition.state).toBe(state);
    }
  },
);

property.prop([fc.nat()], { numRuns: 60 })(
  'model: calls without a conflict give the same in both orders',
  (seed) => {
    const { state, files, next } = runBoth(seed, 80);
    const answer = (id: string): Answered => {
      const call = next();
      return { id, call, outcome: files.pretend(call, id) };
    };
    for (let tries = 0; tries < 60; tries += 1) {
      const [one, other] = [answer('x.1'), answer('x.2')];
      if (conflict(footprintOf(one), footprintOf(other))) continue;
      const forwards = inOrder(state, one, other);
      const backwards = inOrder(state, other, one);
      const what = JSON.stringify([one, other]);
      expect(forwards === undefined, what).toBe(backwards === undefined);
      if (forwards !== undefined && backwards !== undefined) {
        expect(forwards.equals(backwards), what).toBe(true);
      }
    }
  },
);

function inOrder(state: ModelState, first: Answered, second: Answered): ModelState | undefined {
  const between = stateAfter(state, first);
  return between && stateAfter(between, second);
}

const link = { kind: 'symlink', directory: 1, name: 'l', target: 't' } as const;
const look = (ino: number): Answered => ({
  id: '1.1',
  call: { kind: 'lookup', directory: 1, name: 'l' },
  outcome: {
    status: 'ok',
    result: { attributes: { ino, type: 'symlink', links: 1, sizeBytes: 0 } },
  },
});
const made = (state: ModelState): ModelState | undefined =>
  stateAfter(state, { id: '0.1', call: link, outcome: { status: 'ok', result: {} } });

test('model: the inode number of a link is learned from the first reply that shows it, and then fixed', () => {
  const state = made(ModelState.ofRoots([1]));
  const seen = state && stateAfter(state, look(7));
  expect(seen?.has(7)).toBe(true);
  expect(seen && stateAfter(seen, look(7))).toBe(seen);
  expect(seen && stateAfter(seen, look(8))).toBeUndefined();
});

test('model: two files cannot have one inode number', () => {
  const state = made(ModelState.ofRoots([1, 7]));
  expect(state && stateAfter(state, look(7))).toBeUndefined();
});

test('model: a name that is listed twice fits nothing', () => {
  const state = made(ModelState.ofRoots([1]));
  const list = (entries: readonly (readonly [string, number])[]): Answered => ({
    id: '1.1',
    call: { kind: 'readdir', directory: 1 },
    outcome: { status: 'ok', result: { entries } },
  });
  expect(state && stateAfter(state, list([['l', 7]]))).toBeDefined();
  expect(
    state &&
      stateAfter(
        state,
        list([
          ['l', 7],
          ['l', 7],
        ]),
      ),
  ).toBeUndefined();
  expect(state && stateAfter(state, list([]))).toBeUndefined();
});

test('model: states are equal exactly when the same is in them', () => {
  const root = ModelState.ofRoots([1]);
  const create = (ino: number, name: string, id: string): Answered => ({
    id,
    call: { kind: 'create', directory: 1, name },
    outcome: {
      status: 'ok',
      result: { attributes: { ino, type: 'file', links: 1, sizeBytes: 0 } },
    },
  });
  const [a, b] = [create(5, 'a', '0.1'), create(6, 'b', '0.2')];
  const one = inOrder(root, a, b);
  const two = inOrder(root, b, a);
  expect(one && two?.equals(one)).toBe(true);
  expect(one?.equals(root)).toBe(false);
  expect(one && inOrder(root, create(6, 'a', '0.1'), create(5, 'b', '0.2'))?.equals(one)).toBe(
    false,
  );
});

test.each<readonly [string, Outcome, boolean]>([
  ['the code of either fault', { status: 'error', code: 'ENOENT' }, true],
  ['the code of the other', { status: 'error', code: 'ESTALE' }, true],
  ['another code', { status: 'error', code: 'EEXIST' }, false],
  ['success', { status: 'ok', result: {} }, false],
])('model: where two things are wrong, %s is judged rightly', (_, outcome, fits) => {
  const call: Call = { kind: 'rename', directory: 1, name: 'a', toDirectory: 9, toName: 'b' };
  const after = stateAfter(ModelState.ofRoots([1]), { id: '0.1', call, outcome });
  expect(after !== undefined).toBe(fits);
});
