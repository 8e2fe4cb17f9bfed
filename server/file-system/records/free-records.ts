import { strict as assert } from 'node:assert';
import type { Table } from '../../../stable-area/records/record-store.ts';
import { contentDepthMax, freeEntriesMax } from '../limits.ts';
import { freePrefix } from './keys.ts';
import { RecordReader, RecordWriter } from './record-format.ts';

/** A part of a file's content that nothing leads to any more: an index node of this level, or an extent map (0). */
export interface Subtree {
  readonly id: number;
  readonly level: number;
}

/** Content that was cut off by one call and waits to be freed. */
export interface FreeRecord {
  /**
   * The file that it was cut off from and whose used bytes still count it, with the file's content generation then;
   * undefined where all of the file's content went at once, and its used bytes with it.
   */
  readonly owner: { readonly ino: number; readonly generation: number } | undefined;
  /** The last one is freed next. */
  readonly subtrees: readonly Subtree[];
}

const version = 1;

/** version (1)  owner (8, 0 for none)  generation (4)  count (2), then for each: id (8)  level (1) */
export const freeRecords: Table<FreeRecord> = {
  prefix: freePrefix,
  encode(record) {
    checkRecord(record);
    const { owner, subtrees } = record;
    const writer = new RecordWriter(version, 14 + subtrees.length * 9)
      .uint64(owner?.ino ?? 0)
      .uint32(owner?.generation ?? 0)
      .uint16(subtrees.length);
    for (const { id, level } of subtrees) writer.uint64(id).uint8(level);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'a record of the free queue');
    const ino = reader.uint64();
    const generation = reader.uint32();
    const subtrees: Subtree[] = [];
    for (let left = reader.uint16(); left > 0; left -= 1) {
      subtrees.push({ id: reader.uint64(), level: reader.uint8() });
    }
    reader.finish();
    const record = { owner: ino === 0 ? undefined : { ino, generation }, subtrees };
    checkRecord(record);
    return record;
  },
};

function checkRecord({ owner, subtrees }: FreeRecord): void {
  assert(owner === undefined || owner.ino > 0);
  assert(subtrees.length > 0 && subtrees.length <= freeEntriesMax, `${subtrees.length} subtrees`);
  assert(subtrees.every(({ id, level }) => id > 0 && level <= contentDepthMax));
}
