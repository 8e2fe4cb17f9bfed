import type { Transaction } from '../../stable-area/records/record-store.ts';
import { onlyKey } from '../file-system/records/keys.ts';
import { hostMounts, mountCounts, mountsMax, mountsPerHostMax } from './mount-records.ts';

/*
 * Who has mounted what (RFC 1094 §A.1: advisory, "to warn possible clients when a server is going down"). One record
 * per host, so that UMNTALL, which names none of the mounts, needs no look at the others.
 */

export interface Mount {
  readonly address: string;
  readonly path: string;
}

/** Adds a mount. A list that is full keeps what it has. */
export function addMount(transaction: Transaction, { address, path }: Mount): void {
  const paths = pathsOf(transaction, address);
  const count = countOf(transaction);
  if (paths.includes(path) || paths.length >= mountsPerHostMax || count >= mountsMax) return;
  setPaths(transaction, address, [...paths, path], paths.length);
}

/** Removes a mount, listed or not. */
export function removeMount(transaction: Transaction, { address, path }: Mount): void {
  const paths = pathsOf(transaction, address);
  const left = paths.filter((other) => other !== path);
  if (left.length < paths.length) setPaths(transaction, address, left, paths.length);
}

export function removeMountsOf(transaction: Transaction, address: string): void {
  const paths = pathsOf(transaction, address);
  if (paths.length > 0) setPaths(transaction, address, [], paths.length);
}

/** Only for procedures that change nothing. */
export function listMounts(transaction: Transaction): Mount[] {
  return transaction
    .range(hostMounts, { from: '', to: '\xff', limit: mountsMax })
    .flatMap(({ key, value }) => value.paths.map((path) => ({ address: key, path })));
}

function pathsOf(transaction: Transaction, address: string): readonly string[] {
  return transaction.get(hostMounts, address)?.paths ?? [];
}

function countOf(transaction: Transaction): number {
  return transaction.get(mountCounts, onlyKey)?.mounts ?? 0;
}

function setPaths(
  transaction: Transaction,
  address: string,
  paths: readonly string[],
  before: number,
): void {
  const mounts = countOf(transaction) + paths.length - before;
  if (paths.length === 0) transaction.delete(hostMounts, address);
  else transaction.put(hostMounts, address, { paths });
  transaction.put(mountCounts, onlyKey, { mounts });
}
