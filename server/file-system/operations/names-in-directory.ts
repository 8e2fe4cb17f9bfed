import { strict as assert } from 'node:assert';
import type { Transaction, WantedRecord } from '../../../stable-area/records/record-store.ts';
import { type OperationContext, openDirectory } from '../context.ts';
import { refusedName, refusedNewName } from '../names.ts';
import { mayAccess, mayChangeNames } from '../permissions.ts';
import { withNames } from '../records/changed-inode.ts';
import { deleteEntry, type Entry, entries, getEntry, putEntry } from '../records/entry-records.ts';
import type { DirectoryInode, Inode } from '../records/inode.ts';
import { getInode, inodes, putInode } from '../records/inode-records.ts';
import { entryKey, numberKey, onlyKey } from '../records/keys.ts';
import { states } from '../records/volume-records.ts';
import { failure, type Outcome } from '../status.ts';
import type { Time } from '../time.ts';

/** A name in a directory, as a call gives it. */
export interface Place {
  readonly directory: number;
  readonly name: string;
}

/** A name that is there, and what it stands for. */
export interface Found {
  readonly entry: Entry;
  readonly inode: Inode;
}

/** Says what every change of these names needs, so that what is not in memory of it is loaded together. */
export function expectPlaces(context: OperationContext, ...places: readonly Place[]): void {
  context.transaction.expect(() => wantedFor(places));
}

/** What is no name has no record, nor a key short enough for one. */
function wantedFor(places: readonly Place[]): readonly WantedRecord[] {
  const wanted: WantedRecord[] = [{ table: states, key: onlyKey }];
  for (const { directory, name } of places) {
    wanted.push({ table: inodes, key: numberKey(directory) });
    if (refusedName(name) !== undefined) continue;
    wanted.push({ table: entries, key: entryKey(directory, name) });
  }
  return wanted;
}

export function findName(context: OperationContext, place: Place): Found | undefined {
  const entry = getEntry(context.transaction, place.directory, place.name);
  if (entry === undefined) return undefined;
  const inode = getInode(context.transaction, entry.ino);
  assert(inode !== undefined, 'a name leads to an inode');
  return { entry, inode };
}

/** The directory for a new name, or why the caller cannot make it there. What is there already is the caller's affair. */
export function openForNewName(
  context: OperationContext,
  place: Place,
): Outcome<{ directory: DirectoryInode; existing: Inode | undefined }> {
  expectPlaces(context, place);
  const opened = openDirectory(context, place.directory);
  if (opened.status !== 'ok') return opened;
  const { inode: directory } = opened;
  const refused = refusedNewName(place.name);
  if (refused !== undefined) return failure(refused);
  if (!mayAccess(directory, context.principal, 'execute')) return failure('ACCES');
  const existing = findName(context, place)?.inode;
  if (existing === undefined && !mayChangeNames(directory, context.principal)) {
    return failure('ACCES');
  }
  return { status: 'ok', directory, existing };
}

/** Adds a name under a new cookie. Returns the directory as it is then. */
export function addName(
  transaction: Transaction,
  directory: DirectoryInode,
  name: string,
  inode: Inode,
  time: Time,
): DirectoryInode {
  putEntry(transaction, directory.ino, name, { ino: inode.ino, cookie: directory.nextCookie });
  const names = {
    entryCount: directory.entryCount + 1,
    nextCookie: directory.nextCookie + 1,
    // Each directory in it has a `..`.
    nlink: directory.nlink + (inode.type === 'directory' ? 1 : 0),
  };
  const after = withNames(directory, names, time);
  putInode(transaction, after);
  return after;
}

/** Takes a name away. Returns the directory as it is then. */
export function removeName(
  transaction: Transaction,
  directory: DirectoryInode,
  name: string,
  { entry, inode }: Found,
  time: Time,
): DirectoryInode {
  deleteEntry(transaction, directory.ino, name, entry);
  const names = {
    entryCount: directory.entryCount - 1,
    nextCookie: directory.nextCookie,
    nlink: directory.nlink - (inode.type === 'directory' ? 1 : 0),
  };
  const after = withNames(directory, names, time);
  putInode(transaction, after);
  return after;
}
