import { strict as assert } from 'node:assert';
import { type Inode, sizeOf, usedBytesOf } from '../file-system/records/inode.ts';
import type { Time } from '../file-system/time.ts';
import { deviceOf, secondsOf, typeOf } from './fattr.ts';

/** RFC 1813 §2.6 fattr3: 21 words. */
const attributeBytes = 84;

/** Where attributes are put together. Used up before anybody else can want it. */
const lent = Buffer.alloc(attributeBytes);

/**
 * RFC 1813 §2.6 fattr3, as `fattrOf` has it, in bytes that are lent until the next is asked for: a tenth less for a GETATTR
 * than word by word through an XdrWriter.
 */
export function attributeWords(
  inode: Inode,
  fsid: { readonly fsidHigh: number; readonly fsidLow: number },
): Buffer {
  const { major, minor } = deviceOf(inode);
  word(0, typeOf(inode));
  word(4, inode.mode);
  word(8, inode.nlink);
  word(12, inode.uid);
  word(16, inode.gid);
  hyper(20, sizeOf(inode));
  hyper(28, usedBytesOf(inode));
  word(36, major);
  word(40, minor);
  word(44, fsid.fsidHigh);
  word(48, fsid.fsidLow);
  hyper(52, inode.ino);
  time(60, inode.atime);
  time(68, inode.mtime);
  time(76, inode.ctime);
  return lent;
}

function time(at: number, value: Time): void {
  word(at, secondsOf(value));
  word(at + 4, value.nanoseconds);
}

function hyper(at: number, value: number): void {
  const low = value >>> 0;
  word(at, (value - low) / 0x1_0000_0000);
  word(at + 4, low);
}

function word(at: number, value: number): void {
  if (value >>> 0 !== value) assert.fail(`${value} is not an unsigned int`);
  lent[at] = value >>> 24;
  lent[at + 1] = value >>> 16;
  lent[at + 2] = value >>> 8;
  lent[at + 3] = value;
}
