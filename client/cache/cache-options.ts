import type { Attributes } from '../nfs/nfs-protocol.ts';

/** What a client keeps of what it saw, and for how long it believes it; the words of nfs(5) in brackets. */
export interface CacheOptions {
  /** Attributes of what is no directory are believed at least this long (acregmin); 3 s. */
  readonly fileMinMs?: number;
  /** And at most this long (acregmax); 60 s. */
  readonly fileMaxMs?: number;
  /** Attributes of a directory, and with them the names in it (acdirmin); 30 s. */
  readonly directoryMinMs?: number;
  /** (acdirmax); 60 s. */
  readonly directoryMaxMs?: number;
  /** Files whose attributes are kept, and as many names (those that do not exist included); 10,000. */
  readonly entriesMax?: number;
  /**
   * False (nocto): `open` believes names and attributes too. Then what another client wrote and closed may be seen late.
   */
  readonly closeToOpen?: boolean;
}

export type CacheLimits = Required<CacheOptions>;

const defaults: CacheLimits = {
  fileMinMs: 3_000,
  fileMaxMs: 60_000,
  directoryMinMs: 30_000,
  directoryMaxMs: 60_000,
  entriesMax: 10_000,
  closeToOpen: true,
};

/** What changed long ago will not change in the next moment: as BSD has it, a tenth of the time since. */
const agePart = 10;

/** Throws a RangeError for limits that contradict each other. */
export function cacheLimits(options: CacheOptions): CacheLimits {
  const limits = { ...defaults, ...options };
  const ranges = [
    [limits.fileMinMs, limits.fileMaxMs],
    [limits.directoryMinMs, limits.directoryMaxMs],
  ] as const;
  for (const [minMs, maxMs] of ranges) {
    if (!(minMs >= 0 && minMs <= maxMs)) {
      throw new RangeError(
        `attributes cannot be kept for ${minMs} ms at least and ${maxMs} at most`,
      );
    }
  }
  return limits;
}

/**
 * For how long attributes are believed. The age is told by the client's clock and the server's: where the two differ,
 * the limits still hold.
 */
export function timeoutMsOf(
  attributes: Attributes,
  nowWallMs: number,
  limits: CacheLimits,
): number {
  const ageMs = nowWallMs - Math.max(attributes.changeTimeMs, attributes.modifyTimeMs);
  return attributes.type === 'directory'
    ? between(limits.directoryMinMs, ageMs / agePart, limits.directoryMaxMs)
    : between(limits.fileMinMs, ageMs / agePart, limits.fileMaxMs);
}

function between(min: number, value: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}
