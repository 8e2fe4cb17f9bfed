import { describe, expect, test } from 'vitest';
import { type NfsFh3, Nfsstat3, type WccData } from '../../protocol/generated/nfs3.ts';
import { as, asRoot } from '../testing/service-volume.ts';
import { madeBy, nfs3World, resokOf } from './testing/nfs3-world.ts';

const {
  NFS3_OK,
  NFS3ERR_ACCES,
  NFS3ERR_EXIST,
  NFS3ERR_INVAL,
  NFS3ERR_ISDIR,
  NFS3ERR_NAMETOOLONG,
  NFS3ERR_NOENT,
  NFS3ERR_NOTDIR,
  NFS3ERR_NOTEMPTY,
  NFS3ERR_PERM,
  NFS3ERR_STALE,
  NFS3ERR_XDEV,
} = Nfsstat3;
const world = nfs3World();

const lookup = (name: string, dir = world.root, who = asRoot) =>
  world.volume.nfs3.nfsproc3Lookup({ what: { dir, name } }, { as: who });
const remove = (name: string, dir = world.root, who = asRoot) =>
  world.volume.nfs3.nfsproc3Remove({ object: { dir, name } }, { as: who });
const rmdir = (name: string, dir = world.root, who = asRoot) =>
  world.volume.nfs3.nfsproc3Rmdir({ object: { dir, name } }, { as: who });
const rename = (
  from: string,
  to: string,
  dirs: { from?: NfsFh3; to?: NfsFh3 } = {},
  who = asRoot,
) => {
  const { from: fromDir = world.root, to: toDir = world.root } = dirs;
  const args = { from: { dir: fromDir, name: from }, to: { dir: toDir, name: to } };
  return world.volume.nfs3.nfsproc3Rename(args, { as: who });
};
const link = (file: NfsFh3, name: string, dir = world.root, who = asRoot) =>
  world.volume.nfs3.nfsproc3Link({ file, link: { dir, name } }, { as: who });

/** What wcc_data of a directory must say around one change: `before` as it was, `after` as it is now. */
async function expectWcc(
  wcc: WccData,
  dir: NfsFh3,
  before: Awaited<ReturnType<typeof world.getattr>>,
) {
  const { size, mtime, ctime } = before;
  const attributes = await world.getattr(dir);
  expect(wcc).toEqual({
    before: { attributesFollow: true, attributes: { size, mtime, ctime } },
    after: { attributesFollow: true, attributes },
  });
}

describe('RFC 1813 §3.3.3 LOOKUP', () => {
  test('gives handle and attributes, and the directory’s on failure too', async () => {
    const { file, attributes } = madeBy(await world.create('\xff\x01 ü'));
    const root = { attributesFollow: true, attributes: await world.getattr(world.root) };
    expect(resokOf(await lookup('\xff\x01 ü'))).toEqual({
      object: file,
      objAttributes: { attributesFollow: true, attributes },
      dirAttributes: root,
    });
    expect(await lookup('no')).toEqual({
      status: NFS3ERR_NOENT,
      resfail: { dirAttributes: root },
    });
  });

  test('`.` and `..`; nobody climbs out of what was mounted', async () => {
    const d = madeBy(await world.mkdir('d'));
    expect(resokOf(await lookup('.', d.file)).object).toEqual(d.file);
    expect(resokOf(await lookup('..', d.file)).object).toEqual(world.root);
    const mounted = { data: await world.volume.mounted('/home/d') };
    expect(resokOf(await lookup('..', mounted)).object).toEqual(mounted);
  });

  test('statuses: ACCES for what is no name or may not be searched, NAMETOOLONG, NOTDIR', async () => {
    const { file } = madeBy(await world.create('f'));
    const d = madeBy(await world.mkdir('d', { mode: 0o700 }, as(1)));
    for (const name of ['', 'a/b', 'a\0']) expect((await lookup(name)).status).toBe(NFS3ERR_ACCES);
    expect((await lookup('n'.repeat(256))).status).toBe(NFS3ERR_NAMETOOLONG);
    expect((await lookup('x', file)).status).toBe(NFS3ERR_NOTDIR);
    expect((await lookup('x', d.file, as(2))).status).toBe(NFS3ERR_ACCES);
  });
});

describe('RFC 1813 §3.3.12 REMOVE and §3.3.13 RMDIR', () => {
  test('the name goes; the directory is shown before and after', async () => {
    const { file } = madeBy(await world.create('f'));
    const d = madeBy(await world.mkdir('d'));
    let before = await world.getattr(world.root);
    await expectWcc(resokOf(await remove('f')).dirWcc, world.root, before);
    expect((await world.volume.nfs3.nfsproc3Getattr({ object: file })).status).toBe(NFS3ERR_STALE);
    before = await world.getattr(world.root);
    await expectWcc(resokOf(await rmdir('d')).dirWcc, world.root, before);
    expect((await world.getattr(world.root)).nlink).toBe(before.nlink - 1);
    expect((await world.create('x', {}, asRoot, d.file)).status).toBe(NFS3ERR_STALE);
  });

  test('statuses, with the directory as it is', async () => {
    const d = madeBy(await world.mkdir('d'));
    madeBy(await world.create('f', {}, asRoot, d.file));
    const refused = await rmdir('d');
    expect(refused.status).toBe(NFS3ERR_NOTEMPTY);
    if (!('resfail' in refused)) throw new Error('no reason');
    await expectWcc(refused.resfail.dirWcc, world.root, await world.getattr(world.root));
    expect((await remove('d')).status).toBe(NFS3ERR_ISDIR);
    expect((await remove('no')).status).toBe(NFS3ERR_NOENT);
    expect((await rmdir('f', d.file)).status).toBe(NFS3ERR_NOTDIR);
    expect((await rmdir('.', d.file)).status).toBe(NFS3ERR_INVAL);
    expect((await rmdir('..', d.file)).status).toBe(NFS3ERR_NOTEMPTY);
    expect((await remove('..', d.file)).status).toBe(NFS3ERR_ISDIR);
    expect((await remove('f', d.file, as(1))).status).toBe(NFS3ERR_ACCES);
  });

  test('a sticky directory: names go with their owner or the directory’s only', async () => {
    madeBy(await world.create('f', { mode: 0o666 }, as(1)));
    expect((await remove('f', world.root, as(2))).status).toBe(NFS3ERR_PERM);
    expect((await rename('f', 'g', {}, as(2))).status).toBe(NFS3ERR_PERM);
    expect((await remove('f', world.root, as(1))).status).toBe(NFS3_OK);
  });
});

describe('RFC 1813 §3.3.14 RENAME', () => {
  test('shows both directories; over a file, over an empty directory', async () => {
    const d = madeBy(await world.mkdir('d'));
    const { file } = madeBy(await world.create('f'));
    madeBy(await world.create('g', {}, asRoot, d.file));
    const before = [await world.getattr(world.root), await world.getattr(d.file)] as const;
    const moved = resokOf(await rename('f', 'g', { to: d.file }));
    await expectWcc(moved.fromdirWcc, world.root, before[0]);
    await expectWcc(moved.todirWcc, d.file, before[1]);
    expect(await world.lookup('g', d.file)).toEqual(file);

    const e = madeBy(await world.mkdir('e'));
    madeBy(await world.mkdir('x', {}, asRoot, e.file));
    expect((await rename('e', 'd')).status).toBe(NFS3ERR_NOTEMPTY);
    const empty = madeBy(await world.mkdir('empty'));
    expect((await rename('e', 'empty')).status).toBe(NFS3_OK);
    expect((await world.volume.nfs3.nfsproc3Getattr({ object: empty.file })).status).toBe(
      NFS3ERR_STALE,
    );
    // `..` of what moved leads to where it is now, and links are counted on both sides.
    expect((await rename('empty', 'inside', { to: d.file })).status).toBe(NFS3_OK);
    expect(await world.lookup('..', e.file)).toEqual(d.file);
    expect((await world.getattr(d.file)).nlink).toBe(3);
    expect((await world.getattr(world.root)).nlink).toBe(3);
  });

  test('a reader sees what moves within its directory once; over a name, in that one’s place', async () => {
    const d = madeBy(await world.mkdir('d'));
    for (const name of ['a', 'b', 'c']) madeBy(await world.create(name, {}, asRoot, d.file));
    const names = async (dir = d.file) =>
      (await world.readdir(dir, 2n)).entries.map(({ name }) => name);
    const within = { from: d.file, to: d.file };
    expect((await rename('a', 'z', within)).status).toBe(NFS3_OK);
    expect(await names()).toEqual(['z', 'b', 'c']);
    expect((await rename('z', 'c', within)).status).toBe(NFS3_OK);
    expect(await names()).toEqual(['b', 'c']);
    expect((await rename('b', 'b', { from: d.file })).status).toBe(NFS3_OK);
    expect(await names(world.root)).toEqual(['d', 'b']);
    madeBy(await world.create('e', {}, asRoot, d.file));
    expect(await names()).toEqual(['c', 'e']);
  });

  test('two names of one file: nothing happens', async () => {
    const { file } = madeBy(await world.create('f'));
    await link(file, 'g');
    const before = await world.getattr(world.root);
    await expectWcc(resokOf(await rename('f', 'g')).todirWcc, world.root, before);
    expect((await world.getattr(file)).nlink).toBe(2);
    expect(await world.getattr(world.root)).toEqual(before);
  });

  test('statuses: INVAL for dots and for a directory into itself, types that do not fit, NOENT', async () => {
    const d = madeBy(await world.mkdir('d'));
    madeBy(await world.create('f'));
    for (const name of ['.', '..']) {
      expect((await rename(name, 'x')).status).toBe(NFS3ERR_INVAL);
      expect((await rename('f', name)).status).toBe(NFS3ERR_INVAL);
    }
    const statuses = [
      await rename('d', 'x', { to: d.file }),
      await rename('d', 'f'),
      await rename('f', 'd'),
      await rename('no', 'x'),
      await rename('f', ''),
      await rename('f', 'n'.repeat(256)),
    ].map((reply) => reply.status);
    expect(statuses).toEqual([
      ...[NFS3ERR_INVAL, NFS3ERR_NOTDIR, NFS3ERR_ISDIR, NFS3ERR_NOENT],
      ...[NFS3ERR_ACCES, NFS3ERR_NAMETOOLONG],
    ]);
  });

  test('what was mounted apart is two file systems, for LINK too', async () => {
    const { file } = madeBy(await world.create('f'));
    madeBy(await world.mkdir('d'));
    const mounted = { data: await world.volume.mounted('/home/d') };
    expect((await rename('f', 'g', { to: mounted })).status).toBe(NFS3ERR_XDEV);
    expect((await link(file, 'g', mounted)).status).toBe(NFS3ERR_XDEV);
  });
});

describe('RFC 1813 §3.3.15 LINK', () => {
  test('another name: attributes of the file and the directory', async () => {
    const { file } = madeBy(await world.create('f'));
    const before = await world.getattr(world.root);
    const { fileAttributes, linkdirWcc } = resokOf(await link(file, 'g'));
    expect(fileAttributes).toEqual({
      attributesFollow: true,
      attributes: await world.getattr(file),
    });
    expect(fileAttributes).toMatchObject({ attributes: { nlink: 2 } });
    await expectWcc(linkdirWcc, world.root, before);
  });

  test('statuses, with attributes of both', async () => {
    const { file } = madeBy(await world.create('f'));
    const attributes = await world.getattr(file);
    expect(await link(file, 'f')).toMatchObject({
      status: NFS3ERR_EXIST,
      resfail: {
        fileAttributes: { attributes },
        linkdirWcc: { after: { attributesFollow: true } },
      },
    });
    expect((await link(world.root, 'x')).status).toBe(NFS3ERR_PERM);
    expect((await link(file, 'x', file)).status).toBe(NFS3ERR_NOTDIR);
    expect((await link(file, '.')).status).toBe(NFS3ERR_EXIST);
  });
});
