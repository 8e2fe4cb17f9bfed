import { callRows } from './call-rows.ts';
import { randomRows, sequentialRows } from './data-rows.ts';
import { clientRows, fileRows } from './growth-rows.ts';
import { listingRows } from './listing-rows.ts';
import { nameRows } from './name-rows.ts';
import { treeRows } from './tree-rows.ts';
import type { RowGroup } from './row.ts';
import type { RowSettings } from './row-settings.ts';

const sizesBytes = [1_024, 1_048_576, 64 * 1_048_576, 1_024 * 1_048_576, 10_240 * 1_048_576];

/** All that can be measured, in the order of the report. To add a group, add its file and its line. */
export function rowGroups({ largestFileBytes, treeFiles }: RowSettings): readonly RowGroup[] {
  return [
    callRows,
    listingRows(1_000),
    listingRows(100_000),
    nameRows,
    randomRows,
    sequentialRows,
    clientRows,
    fileRows(sizesBytes.filter((bytes) => bytes <= largestFileBytes)),
    treeRows(treeFiles),
  ];
}
