import { operationsOf, type Version } from './workload.ts';

/** Which commit wrote each slot, and how long the value is. */
export type Model = Map<number, Version & { readonly lengthBytes: number }>;

/** One row per record: slot, epoch, commit, length. */
export type ModelRow = readonly [number, number, number, number];

export function applyCommit(model: Model, seed: number, version: Version): void {
  for (const { slot, lengthBytes } of operationsOf(seed, version)) {
    if (lengthBytes === undefined) model.delete(slot);
    else model.set(slot, { ...version, lengthBytes });
  }
}

export function rowsOf(model: Model): ModelRow[] {
  return [...model]
    .map(([slot, { epoch, commit, lengthBytes }]): ModelRow => [slot, epoch, commit, lengthBytes])
    .sort(([a], [b]) => a - b);
}

/** Undefined when both are the same; else what differs first. */
export function difference(
  expected: readonly ModelRow[],
  found: readonly ModelRow[],
): string | undefined {
  const rows = Math.max(expected.length, found.length);
  for (let index = 0; index < rows; index += 1) {
    const wanted = describe(expected[index]);
    const got = describe(found[index]);
    if (wanted !== got) return `expected ${wanted}, found ${got}`;
  }
  return undefined;
}

function describe(row: ModelRow | undefined): string {
  if (row === undefined) return 'no further record';
  const [slot, epoch, commit, lengthBytes] = row;
  return `slot ${slot} from commit ${commit} of epoch ${epoch} with ${lengthBytes} bytes`;
}
