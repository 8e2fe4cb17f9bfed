import type { Holder } from '../stable-area.ts';

/** What a holder needs to know of the disk below it; each kind of area has its own way to find out. */
export interface SpaceWatch {
  readonly admitsGrowth: boolean;
  readonly space: Holder['space'];
  readonly takeoverBytes: number;
  /** This many bytes of records were written. */
  noteRecords(bytes: number): void;
  /** This many bytes of values are about to be appended to the value log. */
  noteValues(bytes: number): void;
  close(): void;
}
