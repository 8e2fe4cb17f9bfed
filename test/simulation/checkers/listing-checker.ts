/** One listing of a directory, page by page, while names come and go. */
export interface Listing {
  /** In the order in which they were shown. */
  readonly entries: readonly { readonly name: string; readonly cookie: bigint }[];
  /** Names that were there from before the first page until after the last. */
  readonly throughout: ReadonlySet<string>;
  /** How often a name may have been made meanwhile. */
  readonly made: ReadonlyMap<string, number>;
}

/**
 * What READDIR promises: a name that is there throughout is shown once, none is shown that never was there, none more often than
 * it was made, and cookies ascend, so that a listing comes to an end.
 */
export function findListingFaults({ entries, throughout, made }: Listing): string[] {
  const findings: string[] = [];
  const shown = new Map<string, number>();
  let last = 0n;
  for (const { name, cookie } of entries) {
    shown.set(name, (shown.get(name) ?? 0) + 1);
    if (cookie <= last) findings.push(`cookie ${cookie} of ${name} comes after cookie ${last}`);
    last = cookie;
  }
  for (const name of throughout) {
    const times = shown.get(name) ?? 0;
    if (times !== 1) findings.push(`${name} was there throughout and is listed ${times} times`);
  }
  for (const [name, times] of shown) {
    if (throughout.has(name)) continue;
    const timesMax = made.get(name);
    if (timesMax === undefined) findings.push(`${name} is listed and was never there`);
    else if (times > timesMax) {
      findings.push(`${name} is listed ${times} times, and was made ${timesMax} times at most`);
    }
  }
  return findings;
}
