import { describe, expect, test } from 'vitest';
import { Ftype, NfsStat } from '../../protocol/generated/nfs2.ts';
import { auditVolume } from '../file-system/testing/audit.ts';
import { as, asRoot, sattr } from '../testing/service-volume.ts';
import { nfs2World, ok } from './testing/nfs2-world.ts';

const {
  NFS_OK,
  NFSERR_ACCES,
  NFSERR_EXIST,
  NFSERR_INVAL,
  NFSERR_ISDIR,
  NFSERR_NAMETOOLONG,
  NFSERR_NOENT,
  NFSERR_NOTDIR,
  NFSERR_NOTEMPTY,
  NFSERR_PERM,
  NFSERR_STALE,
} = NfsStat;
const world = nfs2World();

describe('RFC 1094 §2.2.5 LOOKUP', () => {
  test('finds files, `.` and `..`', async () => {
    const dir = ok(await world.mkdir('d'));
    const { file } = ok(await world.create('f', {}, asRoot, dir.file));
    const lookup = async (at: Buffer, name: string) =>
      ok(await world.volume.nfs.nfsprocLookup({ dir: at, name })).file;
    expect(await lookup(dir.file, 'f')).toEqual(file);
    expect(await lookup(dir.file, '.')).toEqual(dir.file);
    expect(await lookup(dir.file, '..')).toEqual(world.root);
    expect(await lookup(world.root, '..')).toEqual(world.root);
  });

  test('statuses: NOENT, NOTDIR, NAMETOOLONG, and ACCES for what is no name', async () => {
    const { file } = ok(await world.create('f'));
    const status = async (dir: Buffer, name: string) =>
      (await world.volume.nfs.nfsprocLookup({ dir, name })).status;
    expect(await status(world.root, 'no')).toBe(NFSERR_NOENT);
    expect(await status(file, 'x')).toBe(NFSERR_NOTDIR);
    expect(await status(world.root, 'n'.repeat(256))).toBe(NFSERR_NAMETOOLONG);
    for (const name of ['', 'a/b', 'a\0'])
      expect(await status(world.root, name)).toBe(NFSERR_ACCES);
  });

  test('a directory is searched with execute permission', async () => {
    const dir = ok(await world.mkdir('d', as(1)));
    const attributes = sattr({ mode: 0o700 });
    await world.volume.nfs.nfsprocSetattr({ file: dir.file, attributes }, { as: as(1) });
    const args = { dir: dir.file, name: 'x' };
    expect((await world.volume.nfs.nfsprocLookup(args, { as: as(2) })).status).toBe(NFSERR_ACCES);
    expect((await world.volume.nfs.nfsprocLookup(args, { as: as(1) })).status).toBe(NFSERR_NOENT);
  });

  test('names are bytes', async () => {
    const name = '\xff\xfe\x01 ü';
    const made = ok(await world.create(name));
    expect(ok(await world.volume.nfs.nfsprocLookup({ dir: world.root, name })).file).toEqual(
      made.file,
    );
  });
});

describe('RFC 1094 §2.2.6 READLINK and §2.2.14 SYMLINK', () => {
  test('a link has mode 0777 and the target that was given', async () => {
    const to = '../anything at all/'.repeat(50);
    const from = { dir: world.root, name: 'l' };
    expect(
      await world.volume.nfs.nfsprocSymlink({ from, to, attributes: sattr({ mode: 0 }) }),
    ).toBe(NFS_OK);
    const { file, attributes } = ok(await world.volume.nfs.nfsprocLookup(from));
    expect(attributes).toMatchObject({ type: Ftype.NFLNK, mode: 0o120777, size: to.length });
    expect(await world.volume.nfs.nfsprocReadlink(file)).toEqual({ status: NFS_OK, data: to });
  });

  test('statuses: EXIST, NOENT for no target, INVAL for what is no link', async () => {
    const { file } = ok(await world.create('f'));
    const symlink = async (name: string, to: string) =>
      world.volume.nfs.nfsprocSymlink({ from: { dir: world.root, name }, to, attributes: sattr() });
    expect(await symlink('f', 'x')).toBe(NFSERR_EXIST);
    expect(await symlink('l', '')).toBe(NFSERR_NOENT);
    expect(await world.volume.nfs.nfsprocReadlink(file)).toEqual({ status: NFSERR_INVAL });
  });
});

describe('RFC 1094 §2.2.11 REMOVE', () => {
  test('the name goes, other names of the file stay', async () => {
    const { file } = ok(await world.create('f'));
    await world.write(file, 0, 'content');
    const to = { dir: world.root, name: 'g' };
    await world.volume.nfs.nfsprocLink({ from: file, to });
    expect(await world.volume.nfs.nfsprocRemove({ dir: world.root, name: 'f' })).toBe(NFS_OK);
    expect((await world.getattr(file)).nlink).toBe(1);
    expect(await world.read(file, 0, 10)).toBe('content');
    expect(await world.volume.nfs.nfsprocRemove(to)).toBe(NFS_OK);
    expect(await world.volume.nfs.nfsprocGetattr(file)).toEqual({ status: NFSERR_STALE });
    auditVolume(world.volume.records);
  });

  test('statuses: NOENT, ISDIR, ACCES, PERM in a sticky directory', async () => {
    await world.mkdir('d', as(1));
    ok(await world.create('f', {}, as(1)));
    const { file: dir } = ok(await world.volume.nfs.nfsprocLookup({ dir: world.root, name: 'd' }));
    ok(await world.create('g', {}, as(1), dir));
    const remove = async (name: string, who = asRoot, at = world.root) =>
      world.volume.nfs.nfsprocRemove({ dir: at, name }, { as: who });
    expect(await remove('no')).toBe(NFSERR_NOENT);
    for (const name of ['d', '.', '..']) expect(await remove(name)).toBe(NFSERR_ISDIR);
    expect(await remove('a/b')).toBe(NFSERR_ACCES);
    expect(await remove('g', as(2), dir)).toBe(NFSERR_ACCES);
    expect(await remove('f', as(2))).toBe(NFSERR_PERM);
    expect(await remove('f', as(1))).toBe(NFS_OK);
  });
});

describe('RFC 1094 §2.2.12 RENAME', () => {
  const rename = async (
    name: string,
    toName: string,
    dir = world.root,
    toDir = world.root,
    who = asRoot,
  ) =>
    world.volume.nfs.nfsprocRename(
      { from: { dir, name }, to: { dir: toDir, name: toName } },
      { as: who },
    );

  test('replaces what has the new name', async () => {
    const f = ok(await world.create('f'));
    const g = ok(await world.create('g'));
    expect(await rename('f', 'g')).toBe(NFS_OK);
    expect(ok(await world.volume.nfs.nfsprocLookup({ dir: world.root, name: 'g' })).file).toEqual(
      f.file,
    );
    expect((await world.volume.nfs.nfsprocLookup({ dir: world.root, name: 'f' })).status).toBe(
      NFSERR_NOENT,
    );
    expect((await world.volume.nfs.nfsprocGetattr(g.file)).status).toBe(NFSERR_STALE);
    auditVolume(world.volume.records);
  });

  test('of two names of one file does nothing', async () => {
    const { file } = ok(await world.create('f'));
    await world.volume.nfs.nfsprocLink({ from: file, to: { dir: world.root, name: 'g' } });
    expect(await rename('f', 'g')).toBe(NFS_OK);
    expect(await rename('f', 'f')).toBe(NFS_OK);
    expect((await world.getattr(file)).nlink).toBe(2);
  });

  test('moves directories, and their `..` with them', async () => {
    const a = ok(await world.mkdir('a'));
    const b = ok(await world.mkdir('b'));
    ok(await world.mkdir('c', asRoot, a.file));
    expect(await rename('c', 'd', a.file, b.file)).toBe(NFS_OK);
    const { file } = ok(await world.volume.nfs.nfsprocLookup({ dir: b.file, name: 'd' }));
    expect(ok(await world.volume.nfs.nfsprocLookup({ dir: file, name: '..' })).file).toEqual(
      b.file,
    );
    expect((await world.getattr(a.file)).nlink).toBe(2);
    expect((await world.getattr(b.file)).nlink).toBe(3);
    auditVolume(world.volume.records);
  });

  test('statuses: NOENT, NOTDIR, ISDIR, NOTEMPTY, INVAL into itself, ACCES for dots', async () => {
    const a = ok(await world.mkdir('a'));
    const inner = ok(await world.mkdir('inner', asRoot, a.file));
    ok(await world.mkdir('empty'));
    ok(await world.create('f'));
    expect(await rename('no', 'x')).toBe(NFSERR_NOENT);
    expect(await rename('a', 'f')).toBe(NFSERR_NOTDIR);
    expect(await rename('f', 'a')).toBe(NFSERR_ISDIR);
    expect(await rename('empty', 'a')).toBe(NFSERR_NOTEMPTY);
    expect(await rename('a', 'x', world.root, a.file)).toBe(NFSERR_INVAL);
    expect(await rename('a', 'x', world.root, inner.file)).toBe(NFSERR_INVAL);
    expect(await rename('.', 'x')).toBe(NFSERR_ACCES);
    expect(await rename('f', '..')).toBe(NFSERR_ACCES);
    expect(await rename('f', 'n'.repeat(256))).toBe(NFSERR_NAMETOOLONG);
    expect(await rename('a', 'empty')).toBe(NFS_OK);
  });

  test('permissions: both directories, sticky ones', async () => {
    const { file: dir } = ok(await world.mkdir('d', as(1)));
    ok(await world.create('f', {}, as(2)));
    expect(await rename('f', 'f', world.root, dir, as(2))).toBe(NFSERR_ACCES);
    expect(await rename('f', 'g', world.root, world.root, as(3))).toBe(NFSERR_PERM);
    ok(await world.create('h', {}, as(3)));
    expect(await rename('h', 'f', world.root, world.root, as(3))).toBe(NFSERR_PERM);
  });
});

describe('RFC 1094 §2.2.13 LINK', () => {
  test('nlink is one greater than before', async () => {
    const { file } = ok(await world.create('f'));
    const to = { dir: world.root, name: 'g' };
    expect(await world.volume.nfs.nfsprocLink({ from: file, to })).toBe(NFS_OK);
    const linked = ok(await world.volume.nfs.nfsprocLookup(to));
    expect(linked.file).toEqual(file);
    expect(linked.attributes.nlink).toBe(2);
  });

  test('statuses: EXIST, PERM for a directory, NOTDIR', async () => {
    const f = ok(await world.create('f'));
    const d = ok(await world.mkdir('d'));
    const link = async (from: Buffer, dir: Buffer, name: string) =>
      world.volume.nfs.nfsprocLink({ from, to: { dir, name } });
    expect(await link(f.file, world.root, 'd')).toBe(NFSERR_EXIST);
    expect(await link(d.file, world.root, 'e')).toBe(NFSERR_PERM);
    expect(await link(f.file, f.file, 'e')).toBe(NFSERR_NOTDIR);
  });
});
