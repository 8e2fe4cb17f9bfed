import { describe, expect, test } from 'vitest';
import { Ftype3, NfsProgramV3, Nfsstat3, type Nfstime3 } from '../../protocol/generated/nfs3.ts';
import { modeBits } from '../file-system/permissions.ts';
import { as, asRoot, ServiceVolume } from '../testing/service-volume.ts';
import { madeBy, nfs3World, resokOf, sattr3 } from './testing/nfs3-world.ts';

const {
  NFS3_OK,
  NFS3ERR_ACCES,
  NFS3ERR_BADHANDLE,
  NFS3ERR_FBIG,
  NFS3ERR_INVAL,
  NFS3ERR_ISDIR,
  NFS3ERR_NOT_SYNC,
  NFS3ERR_PERM,
  NFS3ERR_STALE,
} = Nfsstat3;
const world = nfs3World();

describe('the service', () => {
  test('has 22 procedures; what changes something is registered', () => {
    const { procedures } = NfsProgramV3;
    const numbers = Object.values(procedures).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 22 }, (_, index) => index));
    const changing = Object.keys(procedures).filter(
      (name) => !world.volume.isReading(NfsProgramV3, name),
    );
    const names = ['Setattr', 'Write', 'Create', 'Mkdir', 'Symlink', 'Mknod', 'Remove', 'Rmdir'];
    const expected = [...names, 'Rename', 'Link'].map((name) => `nfsproc3${name}`);
    expect(changing.sort()).toEqual(expected.sort());
  });
});

describe('RFC 1813 §2.6: file handles', () => {
  test('of another length is BADHANDLE, what this volume never gave or has removed is STALE', async () => {
    const { file } = madeBy(await world.create('f'));
    await world.volume.nfs3.nfsproc3Remove({ object: { dir: world.root, name: 'f' } });
    const forged = Buffer.from(world.root.data);
    forged[31] = (forged[31] ?? 0) ^ 1;
    const foreign = new ServiceVolume();
    foreign.state = { ...foreign.state, areaId: Buffer.from('another volume..') };
    const handles = {
      [NFS3ERR_BADHANDLE]: [Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(64)],
      [NFS3ERR_STALE]: [file.data, forged, await foreign.root(), Buffer.alloc(32)],
    };
    for (const [status, list] of Object.entries(handles)) {
      for (const data of list) {
        const object = { data };
        const what = { dir: object, name: 'x' };
        const replies = [
          await world.volume.nfs3.nfsproc3Getattr({ object }),
          await world.volume.nfs3.nfsproc3Lookup({ what }),
          await world.volume.nfs3.nfsproc3Readlink({ symlink: object }),
          await world.volume.nfs3.nfsproc3Access({ object, access: 63 }),
          await world.read(object, 0, 1),
          await world.write(object, 0, 'x'),
          await world.create('x', {}, asRoot, object),
          await world.volume.nfs3.nfsproc3Remove({ object: what }),
          await world.volume.nfs3.nfsproc3Rename({ from: what, to: what }),
          await world.volume.nfs3.nfsproc3Link({ file: world.root, link: what }),
          await world.volume.nfs3.nfsproc3Fsinfo({ fsroot: object }),
          await world.volume.nfs3.nfsproc3Commit({ file: object, offset: 0n, count: 0 }),
        ];
        expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => Number(status)));
      }
    }
  });
});

describe('RFC 1813 §3.3.1 GETATTR', () => {
  test('the root: mode without type bits, 64-bit fsid and fileid', async () => {
    const attributes = await world.getattr(world.root);
    expect(attributes).toMatchObject({ type: Ftype3.NF3DIR, mode: 0o1777, nlink: 2, fileid: 2n });
    expect(attributes.fsid).toBe(Buffer.from('01234567').readBigUInt64BE());
  });
});

describe('RFC 1813 §3.3.2 SETATTR', () => {
  test('sets what it is asked to, and shows the object before and after', async () => {
    const { file, attributes: made } = madeBy(await world.create('f'));
    const asked = { mode: 0o7751, uid: 5, gid: 6, size: 7, atime: { seconds: 1, nanoseconds: 2 } };
    const reply = await world.volume.nfs3.nfsproc3Setattr({
      object: file,
      newAttributes: sattr3({ ...asked, mtime: { seconds: 3, nanoseconds: 999_999_999 } }),
      guard: { check: false },
    });
    const { before, after } = resokOf(reply).objWcc;
    const { size, mtime, ctime } = made;
    expect(before).toEqual({ attributesFollow: true, attributes: { size, mtime, ctime } });
    const now = await world.getattr(file);
    expect(after).toEqual({ attributesFollow: true, attributes: now });
    expect(now).toMatchObject({ uid: 5, gid: 6, size: 7n });
    // A change of owner takes set-uid away, and set-gid where the group may execute: as chown(2).
    expect(now.mode).toBe(0o1751);
    expect([now.atime, now.mtime]).toEqual([
      { seconds: 1, nseconds: 2 },
      { seconds: 3, nseconds: 999_999_999 },
    ]);
  });

  test('a guard is the ctime: NOT_SYNC after any other change, which stays as it was', async () => {
    const { file, attributes } = madeBy(await world.create('f'));
    const guarded = async () => {
      const guard = { check: true, objCtime: attributes.ctime } as const;
      const newAttributes = sattr3({ mode: 0o600 });
      return world.volume.nfs3.nfsproc3Setattr({ object: file, newAttributes, guard });
    };
    expect((await guarded()).status).toBe(NFS3_OK);
    const now = await world.getattr(file);
    const refused = await guarded();
    expect(refused.status).toBe(NFS3ERR_NOT_SYNC);
    expect(refused).toMatchObject({ resfail: { objWcc: { after: { attributes: now } } } });
  });

  test('nothing to set: nothing is changed, and a guard counts all the same', async () => {
    const { file, attributes } = madeBy(await world.create('f', {}, as(1)));
    const setNothing = async (objCtime: Nfstime3) => {
      const guard = { check: true, objCtime } as const;
      const args = { object: file, newAttributes: sattr3({}), guard };
      return world.volume.nfs3.nfsproc3Setattr(args, { as: as(2) });
    };
    const { size, mtime, ctime } = attributes;
    expect(await setNothing(ctime)).toMatchObject({
      status: NFS3_OK,
      resok: { objWcc: { before: { attributes: { size, mtime, ctime } }, after: { attributes } } },
    });
    expect(await world.getattr(file)).toEqual(attributes);
    expect((await setNothing({ ...ctime, seconds: 1 })).status).toBe(NFS3ERR_NOT_SYNC);
  });

  test('sizes: up to the largest file, FBIG beyond, in 64 bits', async () => {
    const { file } = madeBy(await world.create('f'));
    const resize = async (size: bigint): Promise<Nfsstat3> => {
      const newAttributes = { ...sattr3({}), size: { setIt: true, size } as const };
      const args = { object: file, newAttributes, guard: { check: false } as const };
      return (await world.volume.nfs3.nfsproc3Setattr(args)).status;
    };
    for (const size of [2n ** 31n, 2n ** 32n, 2n ** 45n]) {
      expect(await resize(size)).toBe(NFS3_OK);
      expect((await world.getattr(file)).size).toBe(size);
    }
    for (const size of [2n ** 45n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await resize(size)).toBe(NFS3ERR_FBIG);
    }
    expect(await world.setattr(world.root, { size: 0 })).toBe(NFS3ERR_ISDIR);
  });

  test('times: who may write sets the present one, only the owner a given one', async () => {
    const { file } = madeBy(await world.create('f', { mode: 0o666 }, as(1)));
    const given = { seconds: 5, nanoseconds: 0 };
    expect(await world.setattr(file, { atime: 'now', mtime: 'now' }, as(2))).toBe(NFS3_OK);
    expect(await world.setattr(file, { atime: given }, as(2))).toBe(NFS3ERR_PERM);
    expect(await world.setattr(file, { atime: given, mtime: 'now' }, as(1))).toBe(NFS3_OK);
    expect(await world.setattr(file, { mode: 0o644 }, as(1))).toBe(NFS3_OK);
    expect(await world.setattr(file, { mtime: 'now' }, as(2))).toBe(NFS3ERR_ACCES);
    // The same second twice: each change has a later ctime all the same.
    const before = await world.getattr(file);
    await world.setattr(file, { mode: 0o644 }, as(1));
    const after = await world.getattr(file);
    expect(after.ctime.nseconds).toBeGreaterThan(before.ctime.nseconds);
    expect(after.mtime).toEqual(before.mtime);
  });

  test('times of a symbolic link are its own', async () => {
    const where = { dir: world.root, name: 'l' };
    const symlink = { symlinkAttributes: sattr3({ mode: 0 }), symlinkData: 'nowhere' };
    const made = madeBy(await world.volume.nfs3.nfsproc3Symlink({ where, symlink }));
    expect(made.attributes).toMatchObject({ type: Ftype3.NF3LNK, mode: 0o777, size: 7n });
    const time = { seconds: 7, nanoseconds: 8 };
    expect(await world.setattr(made.file, { atime: time, mtime: time })).toBe(NFS3_OK);
    expect(await world.getattr(made.file)).toMatchObject({ mtime: { seconds: 7, nseconds: 8 } });
    expect(await world.setattr(made.file, { size: 0 })).toBe(NFS3ERR_INVAL);
  });

  test('chmod by one who is not in the group takes set-gid away; chown to others is root’s', async () => {
    const { file } = madeBy(await world.create('f', { gid: 9, uid: 1 }));
    expect(await world.setattr(file, { mode: 0o6755 }, as(1, 1, [8]))).toBe(NFS3_OK);
    expect((await world.getattr(file)).mode).toBe(0o6755 & ~modeBits.setGid);
    expect(await world.setattr(file, { gid: 8 }, as(1, 1, [8]))).toBe(NFS3_OK);
    expect(await world.setattr(file, { gid: 9 }, as(1, 1, [8]))).toBe(NFS3ERR_PERM);
    expect(await world.setattr(file, { uid: 2 }, as(1))).toBe(NFS3ERR_PERM);
    expect(await world.setattr(file, { mode: 0 }, as(2))).toBe(NFS3ERR_PERM);
  });
});
