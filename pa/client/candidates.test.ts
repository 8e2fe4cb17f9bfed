import { expect, test } from 'vitest';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import type { Port } from '../directory/port.ts';
import { Candidates } from './candidates.ts';

const port = (number: number, epoch: number): Port => ({
  host: 'h',
  port: number,
  transport: 'tcp',
  epoch,
  node: 'n',
  areaUi: 'a'.repeat(32),
});
const make = () => new Candidates({ firstMs: 5, maxMs: 250 }, seededRandom(1));
const epochs = (candidates: Candidates) => candidates.all().map((found) => found.port.epoch);

test('the highest epoch comes first, and the lowest goes when there are too many', () => {
  const candidates = make();
  for (const epoch of [3, 5, 1, 4, 2]) candidates.offer(port(epoch, epoch));
  expect(epochs(candidates)).toEqual([5, 4, 3, 2]);
  expect(candidates.best?.port).toEqual(port(5, 5));
});

test('a place keeps its highest epoch', () => {
  const candidates = make();
  candidates.offer(port(1, 5));
  candidates.offer(port(1, 4));
  expect(epochs(candidates)).toEqual([5]);
  candidates.offer(port(1, 6));
  expect(epochs(candidates)).toEqual([6]);
});

test('failures are spread further and further, up to a limit', () => {
  const candidates = make();
  candidates.offer(port(1, 1));
  const pauses = Array.from({ length: 10 }, () => {
    candidates.failed(port(1, 1), 1_000);
    return candidates.best!.notBeforeMs - 1_000;
  });
  expect(pauses[0]).toBeGreaterThanOrEqual(2.5);
  expect(pauses[0]).toBeLessThanOrEqual(5);
  expect(pauses[9]).toBeGreaterThanOrEqual(125);
  expect(pauses[9]).toBeLessThanOrEqual(250);
});

test('a new epoch, or an answer, makes a failed place worth trying at once', () => {
  const candidates = make();
  candidates.offer(port(1, 1));
  candidates.failed(port(1, 1), 1_000);
  candidates.offer(port(1, 1));
  expect(candidates.best).toMatchObject({ failures: 1 });
  candidates.offer(port(1, 2));
  expect(candidates.best).toMatchObject({ failures: 0, notBeforeMs: 0 });
  candidates.failed(port(1, 2), 1_000);
  candidates.answered(port(1, 2), 7);
  expect(candidates.best).toMatchObject({ failures: 0, port: { epoch: 7 } });
});

test('what is not known is no candidate', () => {
  const candidates = make();
  candidates.failed(port(1, 1), 0);
  candidates.answered(port(1, 1), 1);
  expect(candidates.best).toBeUndefined();
});
