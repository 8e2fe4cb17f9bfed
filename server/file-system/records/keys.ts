import { strict as assert } from 'node:assert';
import { servicePrefix, valuesPrefix } from '../../../stable-area/keys.ts';
import type { Key } from '../../../stable-area/stable-area.ts';

/*
 * Every key of the file server, below the prefix that stable-area/keys gives to the service:
 *
 *   02 'v'                          the volume's identity: written once
 *   02 's'                          the volume's state: counters, clock, used space
 *   02 'i'  ino (8)                 an inode
 *   02 'n'  directory (8)  name     a directory entry by its name
 *   02 'c'  directory (8)  cookie (8)   the same entry by its cookie, for READDIR
 *   02 'x'  content id (8)          an index node of a file's content
 *   02 'm'  content id (8)          the extent map of one span
 *   02 'b'  content id (8)  blob (4)    small data that the map of this id names
 *   03      content id (8)  blob (4)    larger data, likewise: these lie in the value log
 *   02 'f'  sequence (8)            content that waits to be freed
 *   02 'h'  address                 what a client host has mounted
 *   02 'k'                          how many hosts have mounted something
 *
 * Numbers are big-endian, so that key order is number order.
 */

const prefixOf = (letter: string): Key => servicePrefix + letter;

export const identityPrefix = prefixOf('v');
export const statePrefix = prefixOf('s');
export const inodePrefix = prefixOf('i');
export const entryPrefix = prefixOf('n');
export const cookiePrefix = prefixOf('c');
export const indexPrefix = prefixOf('x');
export const mapPrefix = prefixOf('m');
export const blobPrefix = prefixOf('b');
export const largeBlobPrefix = valuesPrefix;
export const freePrefix = prefixOf('f');
export const mountPrefix = prefixOf('h');
export const mountCountPrefix = prefixOf('k');

/** The key of a table that has one record only. */
export const onlyKey: Key = '';

export const numberKeyBytes = 8;

/** A power of two. */
const recentNumbersMax = 1_024;

/** Keys that were made lately, by the low bits of their number: most are asked for several times in a call. */
const recentNumbers = new Float64Array(recentNumbersMax).fill(-1);
const recentNumberKeys: Key[] = [];

/** A number in 8 bytes: the whole key of an inode, an index node, a map or a queue record. */
export function numberKey(value: number): Key {
  const slot = value & (recentNumbersMax - 1);
  const recent = recentNumberKeys[slot];
  if (recent !== undefined && recentNumbers[slot] === value) return recent;
  const key = makeNumberKey(value);
  recentNumbers[slot] = value;
  recentNumberKeys[slot] = key;
  return key;
}

function makeNumberKey(value: number): Key {
  const low = value >>> 0;
  if (low !== value) assert(Number.isSafeInteger(value) && value >= 0, 'no part of a key');
  const above = (value - low) / 2 ** 32;
  // In one call, so that the string is flat from the start: it is hashed soon.
  return String.fromCharCode(
    above >>> 24,
    (above >>> 16) & 0xff,
    (above >>> 8) & 0xff,
    above & 0xff,
    low >>> 24,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
  );
}

/** The last two that were asked for: a call asks several times for one, RENAME for two. */
let last = { directory: -1, name: '', key: '' };
let beforeLast = last;

/** A directory entry by its name, a byte string. */
export function entryKey(directory: number, name: string): Key {
  if (last.directory === directory && last.name === name) return last.key;
  if (beforeLast.directory === directory && beforeLast.name === name) return beforeLast.key;
  beforeLast = last;
  last = { directory, name, key: numberKey(directory) + name };
  return last.key;
}

export function cookieKey(directory: number, cookie: number): Key {
  return numberKey(directory) + numberKey(cookie);
}

export function cookieOfKey(key: Key): number {
  assert(key.length === 16);
  let value = 0;
  for (let index = 8; index < 16; index += 1) value = value * 256 + key.charCodeAt(index);
  return value;
}

/** The keys of a directory's entries whose cookies are larger than `after`. */
export function cookieRange(directory: number, after: number): { from: Key; to: Key } {
  return { from: cookieKey(directory, after + 1), to: numberKey(directory + 1) };
}

export function blobKey(map: number, blob: number): Key {
  return numberKey(map) + wordKey(blob);
}

function wordKey(word: number): Key {
  return String.fromCharCode(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
}
