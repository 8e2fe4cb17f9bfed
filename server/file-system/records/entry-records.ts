import { strict as assert } from 'node:assert';
import {
  countedBy,
  type Table,
  type Transaction,
} from '../../../stable-area/records/record-store.ts';
import { nameBytesMax } from '../limits.ts';
import { firstCookie } from './inode.ts';
import { inodes } from './inode-records.ts';
import {
  cookieKey,
  cookieOfKey,
  cookiePrefix,
  entryKey,
  entryPrefix,
  numberKeyBytes,
} from './keys.ts';
import { RecordReader, RecordWriter } from './record-format.ts';

/** What a name in a directory stands for. */
export interface Entry {
  readonly ino: number;
  /** Its place in the directory's order: never reused, kept for as long as the name is there. */
  readonly cookie: number;
}

/** The same entry the other way round, as a reader of the directory gets it. */
export interface NamedEntry {
  /** A byte string. */
  readonly name: string;
  readonly ino: number;
  /** Reading goes on after this entry when this is given as `after`. */
  readonly cookie: number;
}

const version = 1;

/** version (1)  ino (8)  cookie (8) */
export const entries: Table<Entry> = {
  prefix: entryPrefix,
  counted: countedBy(inodes, numberKeyBytes, (inode) =>
    inode.type === 'directory' ? inode.entryCount : undefined,
  ),
  encode(entry) {
    checkEntry(entry);
    return new RecordWriter(version, 16).uint64(entry.ino).uint64(entry.cookie).finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'a directory entry');
    const entry = { ino: reader.uint64(), cookie: reader.uint64() };
    reader.finish();
    checkEntry(entry);
    return entry;
  },
};

/** version (1)  ino (8)  name; the cookie is in the key. */
export const cookieEntries: Table<NamedEntry> = {
  prefix: cookiePrefix,
  rangesOnly: true,
  listKeyBytes: numberKeyBytes,
  encode(entry) {
    checkCookieEntry(entry);
    return new RecordWriter(version, 8 + entry.name.length)
      .uint64(entry.ino)
      .byteString(entry.name)
      .finish();
  },
  decode(bytes, key) {
    const reader = new RecordReader(bytes, version, 'a directory entry');
    const ino = reader.uint64();
    const entry = { name: reader.restByteString(), ino, cookie: cookieOfKey(key) };
    checkCookieEntry(entry);
    return entry;
  },
};

export function getEntry(
  transaction: Transaction,
  directory: number,
  name: string,
): Entry | undefined {
  return transaction.get(entries, entryKey(directory, name));
}

/** Writes both records of an entry; the cookie is new, or that of the entry that is replaced. */
export function putEntry(
  transaction: Transaction,
  directory: number,
  name: string,
  entry: Entry,
): void {
  transaction.put(entries, entryKey(directory, name), entry);
  const { ino, cookie } = entry;
  transaction.put(cookieEntries, cookieKey(directory, cookie), { name, ino, cookie });
}

export function deleteEntry(
  transaction: Transaction,
  directory: number,
  name: string,
  entry: Entry,
): void {
  transaction.delete(entries, entryKey(directory, name));
  transaction.delete(cookieEntries, cookieKey(directory, entry.cookie));
}

function checkEntry({ ino, cookie }: Entry): void {
  assert(ino > 0 && cookie >= firstCookie);
}

function checkCookieEntry({ ino, name }: Omit<NamedEntry, 'cookie'>): void {
  assert(ino > 0 && name.length > 0 && name.length <= nameBytesMax);
}
