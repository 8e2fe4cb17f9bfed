import { strict as assert } from 'node:assert';
import { type Inode, sizeOf, usedBytesOf } from '../file-system/records/inode.ts';
import type { Time } from '../file-system/time.ts';
import { deviceOf, secondsOf, typeOf } from './fattr.ts';

/** RFC 1813 §2.6 fattr3: 21 words. */
export const attributeBytes = 84;

interface FileSystemId {
  readonly fsidHigh: number;
  readonly fsidLow: number;
}

/** Where attributes are put together. Used up before anybody else can want it. */
const lent = Buffer.alloc(attributeBytes);
const lentView = new DataView(lent.buffer, lent.byteOffset, attributeBytes);

/**
 * RFC 1813 §2.6 fattr3, as `fattrOf` has it, in bytes that are lent until the next is asked for: a tenth less for a GETATTR
 * than word by word through an XdrWriter.
 */
export function attributeWords(inode: Inode, fsid: FileSystemId): Buffer {
  putAttributes(lentView, 0, inode, fsid);
  return lent;
}

/** The same where they are wanted. */
export function putAttributes(
  view: DataView,
  at: number,
  inode: Inode,
  { fsidHigh, fsidLow }: FileSystemId,
): void {
  const { major, minor } = deviceOf(inode);
  putWord(view, at, typeOf(inode));
  putWord(view, at + 4, inode.mode);
  putWord(view, at + 8, inode.nlink);
  putWord(view, at + 12, inode.uid);
  putWord(view, at + 16, inode.gid);
  putHyper(view, at + 20, sizeOf(inode));
  putHyper(view, at + 28, usedBytesOf(inode));
  putWord(view, at + 36, major);
  putWord(view, at + 40, minor);
  putWord(view, at + 44, fsidHigh);
  putWord(view, at + 48, fsidLow);
  putHyper(view, at + 52, inode.ino);
  putTime(view, at + 60, inode.atime);
  putTime(view, at + 68, inode.mtime);
  putTime(view, at + 76, inode.ctime);
}

/** RFC 4506 §4.2 unsigned int. */
export function putWord(view: DataView, at: number, value: number): void {
  if (value >>> 0 !== value) assert.fail(`${value} is not an unsigned int`);
  view.setUint32(at, value);
}

/** RFC 4506 §4.5 unsigned hyper, of a number that is exact. */
export function putHyper(view: DataView, at: number, value: number): void {
  const low = value >>> 0;
  putWord(view, at, low === value ? 0 : (value - low) / 0x1_0000_0000);
  view.setUint32(at + 4, low);
}

function putTime(view: DataView, at: number, value: Time): void {
  putWord(view, at, secondsOf(value));
  putWord(view, at + 4, value.nanoseconds);
}
