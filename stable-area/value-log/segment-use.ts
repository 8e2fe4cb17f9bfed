import { strict as assert } from 'node:assert';
import type { KeyValueEngine } from '../key-value-engine.ts';
import { segmentKey, segmentKeysEnd, segmentOfKey } from '../keys.ts';
import { seal, unseal } from '../holder/value-format.ts';
import type { Change } from '../stable-area.ts';
import { type SegmentId, segmentName } from './location.ts';

type LiveBytes = Map<string, { readonly segment: SegmentId; bytes: number }>;

/** By how many bytes what is named of each segment changes. There are few segments in a batch: a list is looked through. */
export class UseDifferences {
  readonly bySegment: { readonly segment: SegmentId; bytes: number }[] = [];

  note({ epoch, number }: SegmentId, bytes: number): void {
    for (const known of this.bySegment) {
      if (known.segment.number === number && known.segment.epoch === epoch) {
        known.bytes += bytes;
        return;
      }
    }
    this.bySegment.push({ segment: { epoch, number }, bytes });
  }
}

/** How many bytes of each segment are named by records. */
export class SegmentUse {
  readonly #liveBytes: LiveBytes;

  private constructor(liveBytes: LiveBytes) {
    this.#liveBytes = liveBytes;
  }

  static async load(engine: KeyValueEngine): Promise<SegmentUse> {
    const range = { from: segmentKey({ epoch: 0, number: 0 }), to: segmentKeysEnd };
    const stored = await engine.range({ ...range, limit: Number.MAX_SAFE_INTEGER });
    return new SegmentUse(
      new Map(
        stored.map(({ key, value }) => {
          const segment = segmentOfKey(key);
          const bytes = Buffer.from(unseal(key, value)).readUIntBE(0, 6);
          return [segmentName(segment), { segment, bytes }];
        }),
      ),
    );
  }

  /** Those that hold something. */
  get segments(): readonly { readonly segment: SegmentId; readonly bytes: number }[] {
    return [...this.#liveBytes.values()];
  }

  isUsed(segment: SegmentId): boolean {
    return this.#liveBytes.has(segmentName(segment));
  }

  /** Counts, and returns what must be stored with what was counted. */
  add(differences: UseDifferences): Change[] {
    return differences.bySegment.map(({ segment, bytes }) => {
      const name = segmentName(segment);
      const use = this.#liveBytes.get(name) ?? { segment, bytes: 0 };
      use.bytes += bytes;
      this.#liveBytes.set(name, use);
      return this.#stored(name, segment);
    });
  }

  #stored(name: string, segment: SegmentId): Change {
    const bytes = this.#liveBytes.get(name)?.bytes ?? 0;
    assert(bytes >= 0, `segment ${name} holds ${bytes} bytes`);
    const key = segmentKey(segment);
    if (bytes === 0) {
      this.#liveBytes.delete(name);
      return { key, value: undefined };
    }
    const value = Buffer.allocUnsafe(6);
    value.writeUIntBE(bytes, 0, 6);
    return { key, value: seal(key, value) };
  }
}
