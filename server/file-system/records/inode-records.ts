import { strict as assert } from 'node:assert';
import type { Table, Transaction } from '../../../stable-area/records/record-store.ts';
import { contentDepthMax, fileBytesMax, symlinkTargetBytesMax } from '../limits.ts';
import type { Time } from '../time.ts';
import { unreachable } from '../../unreachable.ts';
import { directoryInode, fileInode } from './changed-inode.ts';
import {
  type FileInode,
  firstCookie,
  type Inode,
  type InodeCommon,
  type NodeInode,
  type SymlinkInode,
} from './inode.ts';
import { inodePrefix, numberKey } from './keys.ts';
import { RecordReader, RecordWriter } from './record-format.ts';

/*
 * version (1)  type (1)  ino (8)  mode (2)  uid (4)  gid (4)  nlink (4)  atime mtime ctime (10 each), then
 *   regular    size (8)  used (8)  content root (8)  depth (1)  generation (4)  create verifier (0 or 8)
 *   directory  parent (8)  entries (8)  next cookie (8)
 *   symlink    target
 *   others     major (4)  minor (4)
 */

const version = 1;
const types = ['regular', 'directory', 'symlink', 'character', 'block', 'fifo', 'socket'] as const;
const commonBytes = 1 + 8 + 2 + 3 * 4 + 3 * 10;
const createVerifierBytes = 8;
const noVerifier = Buffer.alloc(0);

export const inodes: Table<Inode> = {
  prefix: inodePrefix,
  encode(inode) {
    checkInode(inode);
    switch (inode.type) {
      case 'regular':
        return encodeFile(inode);
      case 'directory':
        return common(inode, 24)
          .uint64(inode.parent)
          .uint64(inode.entryCount)
          .uint64(inode.nextCookie)
          .finish();
      case 'symlink':
        return common(inode, inode.target.length).byteString(inode.target).finish();
      case 'character':
      case 'block':
      case 'fifo':
      case 'socket':
        return common(inode, 8).uint32(inode.device.major).uint32(inode.device.minor).finish();
      default:
        return unreachable(inode);
    }
  },
  decode(bytes) {
    const inode = decodeInode(new RecordReader(bytes, version, 'an inode'));
    checkInode(inode);
    return inode;
  },
};

export function getInode(transaction: Transaction, ino: number): Inode | undefined {
  const inode = transaction.get(inodes, numberKey(ino));
  assert(inode === undefined || inode.ino === ino, 'an inode is found under its own number');
  return inode;
}

export function putInode(transaction: Transaction, inode: Inode): void {
  transaction.put(inodes, numberKey(inode.ino), inode);
}

export function deleteInode(transaction: Transaction, ino: number): void {
  transaction.delete(inodes, numberKey(ino));
}

function common(inode: Inode, restBytes: number): RecordWriter {
  const writer = new RecordWriter(version, commonBytes + restBytes)
    .uint8(types.indexOf(inode.type))
    .uint64(inode.ino)
    .uint16(inode.mode)
    .uint32(inode.uid)
    .uint32(inode.gid)
    .uint32(inode.nlink);
  writeTime(writer, inode.atime);
  writeTime(writer, inode.mtime);
  writeTime(writer, inode.ctime);
  return writer;
}

function writeTime(writer: RecordWriter, { seconds, nanoseconds }: Time): void {
  writer.int48(seconds).uint32(nanoseconds);
}

function encodeFile(inode: FileInode): Buffer {
  const verifier = inode.createVerifier ?? noVerifier;
  return common(inode, 29 + verifier.length)
    .uint64(inode.size)
    .uint64(inode.usedBytes)
    .uint64(inode.content.root)
    .uint8(inode.content.depth)
    .uint32(inode.contentGeneration)
    .bytes(verifier)
    .finish();
}

function decodeInode(reader: RecordReader): Inode {
  const type = types[reader.uint8()];
  assert(type !== undefined, 'an inode has a known type');
  const ino = reader.uint64();
  const mode = reader.uint16();
  const uid = reader.uint32();
  const gid = reader.uint32();
  const nlink = reader.uint32();
  // Most files were never changed since they were made, and their times are one object in memory, as when they were made.
  const atime = readTime(reader);
  const mtime = sameTime(atime, readTime(reader));
  const ctime = sameTime(mtime, readTime(reader));
  const shared = { ino, mode, uid, gid, nlink, atime, mtime, ctime };
  switch (type) {
    case 'regular':
      return decodeFile(shared, reader);
    case 'directory': {
      const [parent, entryCount, nextCookie] = [reader.uint64(), reader.uint64(), reader.uint64()];
      reader.finish();
      return directoryInode(shared, { parent, entryCount, nextCookie });
    }
    case 'symlink': {
      const inode: SymlinkInode = { type, ...shared, target: reader.restByteString() };
      return inode;
    }
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket': {
      const device = { major: reader.uint32(), minor: reader.uint32() };
      reader.finish();
      const inode: NodeInode = { type, ...shared, device };
      return inode;
    }
    default:
      return unreachable(type);
  }
}

function decodeFile(shared: InodeCommon, reader: RecordReader): FileInode {
  const size = reader.uint64();
  const usedBytes = reader.uint64();
  const content = { root: reader.uint64(), depth: reader.uint8() };
  const contentGeneration = reader.uint32();
  const verifier = reader.rest();
  // Copied: a view would keep the whole record that it came in.
  const createVerifier = verifier.length === 0 ? undefined : Buffer.from(verifier);
  return fileInode(shared, { size, usedBytes, content, contentGeneration, createVerifier });
}

function readTime(reader: RecordReader): Time {
  return { seconds: reader.int48(), nanoseconds: reader.uint32() };
}

/** The first, where the second is no other. */
function sameTime(one: Time, other: Time): Time {
  const isSame = one.seconds === other.seconds && one.nanoseconds === other.nanoseconds;
  return isSame ? one : other;
}

/** The same before writing and after reading: the state is ours. */
function checkInode(inode: Inode): void {
  assert(inode.ino > 0, 'inode 0 does not exist');
  assert((inode.mode & ~0o7777) === 0, 'a mode holds permission bits only');
  assert(inode.nlink > 0, 'an inode without a name is deleted');
  checkTime(inode.atime);
  checkTime(inode.mtime);
  checkTime(inode.ctime);
  switch (inode.type) {
    case 'regular':
      assert(inode.size >= 0 && inode.size <= fileBytesMax, `a size of ${inode.size}`);
      assert(inode.usedBytes >= 0);
      assert(inode.content.depth <= contentDepthMax);
      assert(inode.content.root > 0 || inode.content.depth === 0, 'nothing has no depth');
      assert(
        inode.createVerifier === undefined || inode.createVerifier.length === createVerifierBytes,
      );
      return;
    case 'directory':
      assert(inode.parent > 0 && inode.nlink >= 2, 'a directory has a parent and two names');
      assert(inode.nextCookie >= firstCookie && inode.entryCount >= inode.nlink - 2);
      return;
    case 'symlink':
      assert(inode.target.length > 0 && inode.target.length <= symlinkTargetBytesMax);
      return;
    case 'character':
    case 'block':
      return;
    case 'fifo':
    case 'socket':
      assert(inode.device.major === 0 && inode.device.minor === 0, 'no device');
      return;
    default:
      unreachable(inode);
  }
}

function checkTime({ nanoseconds }: Time): void {
  assert(nanoseconds >= 0 && nanoseconds < 1e9);
}
