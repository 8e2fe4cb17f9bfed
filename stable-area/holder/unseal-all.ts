import type { Key } from '../stable-area.ts';
import { decodeLocation, type Location } from '../value-log/location.ts';
import { isLocation, unseal, unsealLocation } from './value-format.ts';

/** Values that records hold themselves, and where the others lie. */
export interface Unsealed {
  /** In the order of the keys; undefined where there is none, or where it lies in the value log. */
  readonly values: (Uint8Array | undefined)[];
  readonly locations: readonly Location[];
  /** Of which keys these are the locations. */
  readonly indexes: readonly number[];
}

/** Throws as `unseal` does. */
export function unsealAll(
  keys: readonly Key[],
  stored: readonly (Uint8Array | undefined)[],
): Unsealed {
  const locations: Location[] = [];
  const indexes: number[] = [];
  const values = keys.map((key, index) => {
    const bytes = stored[index];
    if (bytes === undefined) return undefined;
    if (!isLocation(bytes)) return unseal(key, bytes);
    locations.push(decodeLocation(unsealLocation(key, bytes)));
    indexes.push(index);
    return undefined;
  });
  return { values, locations, indexes };
}
