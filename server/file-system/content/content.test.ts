import { fc, test } from '@fast-check/vitest';
import { describe } from 'vitest';
import { indexFanout, spanBytes } from '../limits.ts';
import { auditVolume } from '../testing/audit.ts';
import { FileUnderTest, type Step } from '../testing/file-under-test.ts';

/** Offsets where something happens: starts of spans, of index nodes, of the next depth; and any within a span. */
const borders = [0, 1, 2, 9, 40, indexFanout, indexFanout * 3, indexFanout ** 2].map(
  (spans) => spans * spanBytes,
);
const offsets = (around: readonly number[]): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.constantFrom(...around),
      fc.oneof(fc.integer({ min: -300, max: 300 }), fc.nat(spanBytes)),
    )
    .map(([border, distance]) => Math.max(0, border + distance));
const lengths = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 8192 }));

const data = fc
  .tuple(lengths, fc.integer({ min: 1, max: 255 }))
  .map(([length, seed]) =>
    Buffer.from(Array.from({ length }, (_, index) => ((index * 7 + seed) % 255) + 1)),
  );

function steps(around: readonly number[]): fc.Arbitrary<Step> {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('write' as const), offset: offsets(around), data }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('truncate' as const), size: offsets(around) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        offset: offsets(around),
        count: fc.integer({ min: 1, max: 300_000 }),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'free' as const }) },
  );
}

/** A little in each of many spans, so that a truncation cuts off more than one call frees. */
const fill: fc.Arbitrary<Step[]> = fc
  .tuple(fc.nat(20), fc.integer({ min: 1, max: 40 }), fc.nat(spanBytes - 10))
  .map(([first, count, within]) =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'write' as const,
      offset: (first + index) * spanBytes + within,
      data: Buffer.from([index + 1, first + 1]),
    })),
  );

const many = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fill },
      { weight: 3, arbitrary: steps([0, 3 * spanBytes, 15 * spanBytes]).map((step) => [step]) },
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.flat());

function check(all: readonly Step[]): void {
  const file = new FileUnderTest();
  for (const step of all) file.do(step);
  auditVolume(file.volume.records);
  file.volume.freeAll();
  auditVolume(file.volume.records);
  for (const step of all) {
    if (step.kind === 'write') file.compare(Math.max(0, step.offset - 100), 20_000);
  }
}

describe('content: a file is a flat buffer, whatever was written, cut off and freed', () => {
  test.prop([fc.array(steps([0]), { maxLength: 150 })], { numRuns: 150 })('within one span', check);

  test.prop([fc.array(steps(borders), { maxLength: 40 })], { numRuns: 300 })(
    'over spans, index nodes and depths',
    check,
  );

  test.prop([many], { numRuns: 80 })('while much of it waits to be freed', check);
});
