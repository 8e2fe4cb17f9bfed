import type { Change } from '../stable-area.ts';
import { MemoryRecords } from './memory-records.ts';

/**
 * What an epoch's directory holds. `log` is what was appended and not synced yet: readers of the epoch do not see it,
 * but a claimer copies it, as it would find it in the file.
 */
export class MemoryEpoch {
  readonly records: MemoryRecords;
  readonly log: (readonly Change[])[] = [];

  constructor(records = new MemoryRecords()) {
    this.records = records;
  }

  copy(): MemoryEpoch {
    const records = this.records.copy();
    for (const changes of this.log) records.apply(changes);
    return new MemoryEpoch(records);
  }
}
