/** What the rows themselves depend on; the same in the process that measures and in its load generator. */
export interface RowSettings {
  /** The largest of the whole files. */
  readonly largestFileBytes: number;
  /** How many files the tree of small ones has. */
  readonly treeFiles: number;
}

/** As one process gives them to the other. */
export function parseRowSettings(text: string): RowSettings {
  return JSON.parse(text) as RowSettings;
}
