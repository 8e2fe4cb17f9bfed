/** What one measurement of a row gave. */
export interface Sample {
  /** In the row's unit. */
  readonly value: number;
  /** Calls that were answered; undefined where it is not calls that were made. */
  readonly calls?: number;
  /** The part of one processor that the load generator took: near 1, it is what was measured. */
  readonly clientShare?: number;
  /** Processor time of the server for one call, µs. */
  readonly serverUs?: number;
}

/** By the row's name. */
export type Samples = Readonly<Record<string, Sample>>;
