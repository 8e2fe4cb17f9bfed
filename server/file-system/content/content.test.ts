import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { indexFanout, spanBytes } from '../limits.ts';
import { create } from '../operations/create.ts';
import { read } from '../operations/read.ts';
import { setAttributes } from '../operations/set-attributes.ts';
import { write } from '../operations/write.ts';
import { rootIno } from '../records/inode.ts';
import { auditVolume } from '../testing/audit.ts';
import { TestVolume } from '../testing/test-volume.ts';

type Step =
  | { readonly kind: 'write'; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly size: number }
  | { readonly kind: 'read'; readonly offset: number; readonly count: number }
  | { readonly kind: 'free' };

/** What a file should hold, told from its whole history: slow, and too simple to be wrong. */
class FlatFile {
  size = 0;
  readonly #history: Step[] = [];

  apply(step: Step): void {
    this.#history.push(step);
    if (step.kind === 'truncate') this.size = step.size;
    if (step.kind === 'write') this.size = Math.max(this.size, step.offset + step.data.length);
  }

  read(offset: number, count: number): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(count, this.size - offset)));
    for (const step of this.#history) {
      if (step.kind === 'truncate') bytes.fill(0, Math.max(0, step.size - offset));
      if (step.kind !== 'write') continue;
      const at = step.offset - offset;
      if (at >= bytes.length || at + step.data.length <= 0) continue;
      step.data.copy(bytes, Math.max(0, at), Math.max(0, -at));
    }
    return bytes;
  }
}

class FileUnderTest {
  readonly volume = new TestVolume();
  readonly flat = new FlatFile();
  readonly ino: number;

  constructor() {
    const made = this.volume.run((context) =>
      create(context, { directory: rootIno, name: 'f' }, { mode: 'guarded', attributes: {} }),
    );
    if (made.status !== 'ok') throw new Error(made.status);
    this.ino = made.inode.ino;
  }

  do(step: Step): void {
    this.flat.apply(step);
    switch (step.kind) {
      case 'write': {
        const { offset, data } = step;
        const outcome = this.volume.run((context) => write(context, this.ino, offset, data));
        expect(outcome.status).toBe('ok');
        return;
      }
      case 'truncate': {
        const { size } = step;
        const outcome = this.volume.run((context) => setAttributes(context, this.ino, { size }));
        expect(outcome.status).toBe('ok');
        return;
      }
      case 'read':
        this.compare(step.offset, step.count);
        return;
      case 'free':
        this.volume.freeStep();
    }
  }

  compare(offset: number, count: number): void {
    const outcome = this.volume.run((context) => read(context, { ino: this.ino, offset, count }));
    if (outcome.status !== 'ok') throw new Error(outcome.status);
    expect(outcome.inode.size).toBe(this.flat.size);
    expect(outcome.data.equals(this.flat.read(offset, count))).toBe(true);
    expect(outcome.eof).toBe(offset + count >= this.flat.size);
  }
}

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
});
