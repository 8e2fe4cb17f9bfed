import { describe, expect, test } from 'vitest';
import {
  Ftype,
  NFSMODE_DIR,
  NFSMODE_REG,
  NfsProgramV2,
  NfsStat,
  type Sattr,
} from '../../protocol/generated/nfs2.ts';
import { as, asRoot, sattr } from '../testing/service-volume.ts';
import { attributesOf, nfs2World, ok } from './testing/nfs2-world.ts';

const { NFSERR_INVAL, NFSERR_ISDIR, NFSERR_PERM, NFSERR_STALE } = NfsStat;
const world = nfs2World();

describe('RFC 1094 §2.2.1 and the obsolete ones', () => {
  test('NULL, ROOT and WRITECACHE do nothing', async () => {
    await world.volume.nfs.nfsprocNull(undefined);
    await world.volume.nfs.nfsprocRoot(undefined);
    await world.volume.nfs.nfsprocWritecache(undefined);
    expect(world.volume.records.changes).toBe(0);
  });

  test('procedures that change something are registered, the others are not', () => {
    const changing = Object.keys(NfsProgramV2.procedures).filter(
      (name) => !world.volume.isReading(NfsProgramV2, name),
    );
    expect(changing.map((name) => name.replace('nfsproc', '')).sort()).toEqual([
      'Create',
      'Link',
      'Mkdir',
      'Remove',
      'Rename',
      'Rmdir',
      'Setattr',
      'Symlink',
      'Write',
    ]);
  });
});

describe('RFC 1094 §2.2.2 GETATTR', () => {
  test('a new volume has a root directory that everybody can use', async () => {
    const attributes = await world.getattr(world.root);
    expect(attributes).toMatchObject({
      type: Ftype.NFDIR,
      mode: NFSMODE_DIR | 0o1777,
      nlink: 2,
      uid: 0,
      fileid: 2,
      fsid: 0x30313233,
    });
  });

  test('a handle that was not given by this volume is stale', async () => {
    const forged = Buffer.from(world.root);
    forged.writeUInt8(forged.readUInt8(15) + 1, 15);
    for (const handle of [forged, Buffer.alloc(32), Buffer.alloc(32, 0xff)]) {
      expect(await world.volume.nfs.nfsprocGetattr(handle)).toEqual({ status: NFSERR_STALE });
    }
  });

  test('the handle of a removed file is stale in every procedure, for ever', async () => {
    const { file } = ok(await world.create('f'));
    await world.volume.nfs.nfsprocRemove({ dir: world.root, name: 'f' });
    ok(await world.create('f'));
    const stale = { status: NFSERR_STALE };
    expect(await world.volume.nfs.nfsprocGetattr(file)).toEqual(stale);
    expect(await world.volume.nfs.nfsprocSetattr({ file, attributes: sattr() })).toEqual(stale);
    expect(await world.write(file, 0, 'x')).toEqual(stale);
    expect(await world.read(file, 0, 1)).toBe(`status ${NFSERR_STALE}`);
    expect(await world.volume.nfs.nfsprocReadlink(file)).toEqual(stale);
    expect(await world.volume.nfs.nfsprocStatfs(file)).toEqual(stale);
    expect(await world.volume.nfs.nfsprocLookup({ dir: file, name: 'x' })).toEqual(stale);
    expect(await world.create('x', {}, asRoot, file)).toEqual(stale);
    const to = { dir: world.root, name: 'y' };
    expect(await world.volume.nfs.nfsprocLink({ from: file, to })).toBe(NFSERR_STALE);
    expect(await world.volume.nfs.nfsprocRemove({ dir: file, name: 'x' })).toBe(NFSERR_STALE);
  });
});

describe('RFC 1094 §2.2.3 SETATTR', () => {
  test('a field of -1 is left as it is', async () => {
    const { file, attributes } = ok(await world.create('f', { mode: 0o640 }));
    const set = async (fields: Partial<Sattr>) =>
      attributesOf(await world.volume.nfs.nfsprocSetattr({ file, attributes: sattr(fields) }));
    expect(await set({ mode: 0xffff })).toEqual(attributes);
    const after = await set({ mode: 0xffff, uid: attributes.uid });
    expect({ ...after, ctime: attributes.ctime }).toEqual(attributes);
    expect(after.ctime.useconds).toBe(attributes.ctime.useconds + 1);
  });

  test('mode, owner, group, size and times are set together', async () => {
    const { file } = ok(await world.create('f'));
    await world.write(file, 0, 'content');
    const atime = { seconds: 10, useconds: 20 };
    const mtime = { seconds: 30, useconds: 40 };
    const attributes = sattr({ mode: 0o600, uid: 5, gid: 6, size: 3, atime, mtime });
    const after = attributesOf(await world.volume.nfs.nfsprocSetattr({ file, attributes }));
    expect(after).toMatchObject({
      mode: NFSMODE_REG | 0o600,
      uid: 5,
      gid: 6,
      size: 3,
      atime,
      mtime,
    });
    expect(await world.read(file, 0, 100)).toBe('con');
  });

  test('a size can grow: the new bytes are zeros', async () => {
    const { file } = ok(await world.create('f'));
    await world.write(file, 0, 'ab');
    await world.volume.nfs.nfsprocSetattr({ file, attributes: sattr({ size: 4 }) });
    expect(await world.read(file, 0, 100)).toBe('ab\0\0');
  });

  test('useconds of 1000000 in mtime mean the time of the server', async () => {
    const { file } = ok(await world.create('f', {}, as(1)));
    const old = { seconds: 1, useconds: 1 };
    await world.volume.nfs.nfsprocSetattr({ file, attributes: sattr({ atime: old, mtime: old }) });
    world.volume.nowMicroseconds = 1_800_000_000_000_005;
    const now = { seconds: 1_800_000_000, useconds: 5 };
    const told = { seconds: 9, useconds: 1_000_000 };
    const after = attributesOf(
      await world.volume.nfs.nfsprocSetattr({
        file,
        attributes: sattr({ atime: told, mtime: told }),
      }),
    );
    expect(after).toMatchObject({ atime: now, mtime: now });
  });

  test('who may write may touch, who may not own may not set another time', async () => {
    const { file } = ok(await world.create('f', { mode: 0o666 }, as(1)));
    const now = { seconds: world.volume.nowMicroseconds / 1e6 - 60, useconds: 7 };
    const touch = sattr({ atime: now, mtime: now });
    const touched = await world.volume.nfs.nfsprocSetattr(
      { file, attributes: touch },
      { as: as(2) },
    );
    expect(attributesOf(touched).mtime.seconds).toBe(world.volume.nowMicroseconds / 1e6);
    const old = { seconds: 60, useconds: 7 };
    const attributes = sattr({ atime: old, mtime: old });
    expect(await world.volume.nfs.nfsprocSetattr({ file, attributes }, { as: as(2) })).toEqual({
      status: NFSERR_PERM,
    });
  });

  test('the size of a directory is NFSERR_ISDIR, of a link invalid', async () => {
    const attributes = sattr({ size: 0 });
    expect(await world.volume.nfs.nfsprocSetattr({ file: world.root, attributes })).toEqual({
      status: NFSERR_ISDIR,
    });
    await world.volume.nfs.nfsprocSymlink({
      from: { dir: world.root, name: 'l' },
      to: 'x',
      attributes,
    });
    const { file } = ok(await world.volume.nfs.nfsprocLookup({ dir: world.root, name: 'l' }));
    expect(await world.volume.nfs.nfsprocSetattr({ file, attributes })).toEqual({
      status: NFSERR_INVAL,
    });
  });

  test('only root gives a file away, and nobody keeps set-uid in doing so', async () => {
    const { file } = ok(await world.create('f', { mode: 0o6755 }, as(1)));
    const attributes = sattr({ uid: 2 });
    expect(await world.volume.nfs.nfsprocSetattr({ file, attributes }, { as: as(1) })).toEqual({
      status: NFSERR_PERM,
    });
    const given = attributesOf(await world.volume.nfs.nfsprocSetattr({ file, attributes }));
    expect(given).toMatchObject({ uid: 2, mode: NFSMODE_REG | 0o755 });
  });
});
