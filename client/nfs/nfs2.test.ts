import { describe, expect, test } from 'vitest';
import { Ftype, NFS_DONT_SET, NFS_FIFO_DEV } from '../../protocol/generated/nfs2.ts';
import { MemoryNfsServer } from '../testing/memory-nfs-server.ts';
import { nfs2 } from './nfs2.ts';
import { attributesOf, sattrOf } from './nfs2-attributes.ts';
import { codeOfMount } from './nfs2-status.ts';
import { modeAllows } from './permission.ts';

const fattr = {
  type: Ftype.NFREG,
  mode: 0o104755,
  nlink: 2,
  uid: 3,
  gid: 4,
  size: 5,
  blocksize: 4096,
  rdev: 6,
  blocks: 8,
  fsid: 0xffffffff,
  fileid: 9,
  atime: { seconds: 1, useconds: 500 },
  mtime: { seconds: 2, useconds: 0 },
  ctime: { seconds: 3, useconds: 999_999 },
} as const;

describe('NFS version 2 as NfsProtocol', () => {
  test('RFC 1094 §2.3.5: attributes', () => {
    expect(attributesOf(fattr)).toEqual({
      type: 'file',
      mode: 0o4755,
      links: 2,
      uid: 3,
      gid: 4,
      sizeBytes: 5,
      usedBytes: 4096,
      blockSizeBytes: 4096,
      device: 6,
      fileSystemId: 0xffffffffn,
      inode: 9n,
      accessTimeMs: 1000.5,
      modifyTimeMs: 2000,
      changeTimeMs: 3999.999,
    });
  });

  test.each([
    [{ type: Ftype.NFCHR, rdev: NFS_FIFO_DEV }, 'fifo'],
    [{ type: Ftype.NFCHR, rdev: 5 }, 'character-device'],
    [{ type: Ftype.NFBLK }, 'block-device'],
    [{ type: Ftype.NFFIFO }, 'fifo'],
    [{ type: Ftype.NFSOCK }, 'socket'],
    [{ type: Ftype.NFLNK }, 'link'],
    [{ type: Ftype.NFDIR }, 'directory'],
    [{ type: Ftype.NFNON, mode: 0o010644 }, 'fifo'],
    [{ type: Ftype.NFBAD, mode: 0o140644 }, 'socket'],
    [{ type: Ftype.NFNON, mode: 0 }, 'unknown'],
  ] as const)('types: %j is a %s', (part, type) => {
    expect(attributesOf({ ...fattr, ...part }).type).toBe(type);
  });

  test('RFC 1094 §2.3.6: what is not set is all ones; times keep microseconds', () => {
    const unset = { seconds: NFS_DONT_SET, useconds: NFS_DONT_SET };
    expect(sattrOf({})).toEqual({
      mode: NFS_DONT_SET,
      uid: NFS_DONT_SET,
      gid: NFS_DONT_SET,
      size: NFS_DONT_SET,
      atime: unset,
      mtime: unset,
    });
    expect(sattrOf({ accessTimeMs: 1_700_000_000_123.456 }).atime).toEqual({
      seconds: 1_700_000_000,
      useconds: 123_456,
    });
    expect(sattrOf({ modifyTimeMs: -1 }).mtime).toEqual({ seconds: 0, useconds: 0 });
    expect(sattrOf({ modifyTimeMs: 1e15 }).mtime.seconds).toBe(NFS_DONT_SET - 1);
  });

  test('a directory page without entries and without an end is EIO, not an endless loop', async () => {
    const server = new MemoryNfsServer();
    const identity = { uid: 0, gid: 0, groups: [] };
    const empty = {
      call: () => Promise.resolve({ status: 0, readdirok: { entries: [], eof: false } } as never),
    };
    const protocol = nfs2(empty, { identity, uniqueName: () => 'x' });
    const root = server.handleOf(server.tree.root);
    expect(await protocol.readDirectory(root, undefined)).toEqual({ ok: false, code: 'EIO' });
  });

  test('MNT answers with Unix error numbers', () => {
    expect([2, 13, 20, 22, 70, 12345].map(codeOfMount)).toEqual([
      'ENOENT',
      'EACCES',
      'ENOTDIR',
      'EINVAL',
      'ESTALE',
      'EIO',
    ]);
  });

  test('mode bits: owner, group, others, root', () => {
    const file = attributesOf({ ...fattr, mode: 0o640, uid: 10, gid: 20 });
    const who = (uid: number, gid: number, groups: number[] = []) => ({ uid, gid, groups });
    expect(modeAllows(who(10, 1), file, { read: true, write: true })).toBe(true);
    expect(modeAllows(who(10, 1), file, { execute: true })).toBe(false);
    expect(modeAllows(who(11, 20), file, { read: true })).toBe(true);
    expect(modeAllows(who(11, 1, [20]), file, { read: true, write: true })).toBe(false);
    expect(modeAllows(who(11, 1), file, { read: true })).toBe(false);
    expect(modeAllows(who(0, 0), file, { read: true, write: true })).toBe(true);
    expect(modeAllows(who(0, 0), file, { execute: true })).toBe(false);
    const shut = attributesOf({ ...fattr, mode: 0o077, uid: 10, gid: 20 });
    expect(modeAllows(who(10, 20), shut, { read: true })).toBe(false);
  });
});
