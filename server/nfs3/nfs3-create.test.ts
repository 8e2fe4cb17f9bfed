import { describe, expect, test } from 'vitest';
import {
  type Createhow3,
  Createmode3,
  Ftype3,
  type Mknoddata3,
  Nfsstat3,
} from '../../protocol/generated/nfs3.ts';
import type { SetAttributes } from '../file-system/attributes.ts';
import { as, asRoot, ServiceVolume } from '../testing/service-volume.ts';
import { madeBy, nfs3World, resokOf, sattr3 } from './testing/nfs3-world.ts';

const {
  NFS3_OK,
  NFS3ERR_ACCES,
  NFS3ERR_BADTYPE,
  NFS3ERR_EXIST,
  NFS3ERR_FBIG,
  NFS3ERR_ISDIR,
  NFS3ERR_NAMETOOLONG,
  NFS3ERR_NOENT,
  NFS3ERR_NOSPC,
  NFS3ERR_NOTDIR,
  NFS3ERR_PERM,
} = Nfsstat3;
const world = nfs3World();

const create = (name: string, how: Createhow3, dir = world.root, who = asRoot) =>
  world.volume.nfs3.nfsproc3Create({ where: { dir, name }, how }, { as: who });
const unchecked = (attributes: SetAttributes = {}): Createhow3 => ({
  mode: Createmode3.UNCHECKED,
  objAttributes: sattr3(attributes),
});
const exclusive = (verf: string): Createhow3 => ({
  mode: Createmode3.EXCLUSIVE,
  verf: Buffer.from(verf),
});

describe('RFC 1813 §3.3.8 CREATE', () => {
  test('unchecked: makes a file, or truncates what is there where a size is given', async () => {
    const how = unchecked({ mode: 0o640, size: 3 });
    const { file, attributes, wcc } = madeBy(await create('f', how, world.root, as(1, 2)));
    expect(attributes).toMatchObject({
      type: Ftype3.NF3REG,
      mode: 0o640,
      uid: 1,
      gid: 2,
      size: 3n,
    });
    expect(wcc.after).toEqual({
      attributesFollow: true,
      attributes: await world.getattr(world.root),
    });
    await world.write(file, 0, 'content');
    const again = madeBy(await create('f', unchecked({ mode: 0, uid: 7 })));
    expect([again.file, again.attributes.size, again.attributes.mode]).toEqual([file, 7n, 0o640]);
    expect(madeBy(await create('f', unchecked({ size: 0 }))).attributes.size).toBe(0n);
    expect((await create('f', unchecked({ size: 0 }), world.root, as(9))).status).toBe(
      NFS3ERR_ACCES,
    );
    madeBy(await world.mkdir('d'));
    expect((await create('d', unchecked())).status).toBe(NFS3ERR_ISDIR);
    const tooLarge = { ...sattr3({}), size: { setIt: true, size: 2n ** 64n - 1n } as const };
    const large: Createhow3 = { mode: Createmode3.UNCHECKED, objAttributes: tooLarge };
    expect((await create('g', large)).status).toBe(NFS3ERR_FBIG);
  });

  test('guarded: EXIST where the name is, with the directory as it is', async () => {
    madeBy(await world.create('f'));
    const attributes = await world.getattr(world.root);
    expect(await world.create('f')).toMatchObject({
      status: NFS3ERR_EXIST,
      resfail: { dirWcc: { after: { attributes } } },
    });
    for (const name of ['.', '..']) expect((await world.create(name)).status).toBe(NFS3ERR_EXIST);
  });

  test('exclusive: the same verifier finds what it made, for ever and on every server', async () => {
    const made = madeBy(await create('f', exclusive('verifier'), world.root, as(1)));
    expect(made.attributes).toMatchObject({ uid: 1, mode: 0o600, size: 0n });
    await world.setattr(made.file, { mode: 0o644, atime: 'now', mtime: 'now' }, as(1));
    const claimed = new ServiceVolume({}, world.volume.records);
    claimed.nowMicroseconds += 24 * 3600 * 1e6;
    const args = { where: { dir: world.root, name: 'f' }, how: exclusive('verifier') };
    const again = madeBy(await claimed.nfs3.nfsproc3Create(args, { as: as(1) }));
    expect([again.file, again.attributes.mode]).toEqual([made.file, 0o644]);
    expect(world.volume.records.changes).toBe(0);
    expect((await create('f', exclusive('another!'))).status).toBe(NFS3ERR_EXIST);
    madeBy(await world.create('g'));
    expect((await create('g', exclusive('\0'.repeat(8)))).status).toBe(NFS3ERR_EXIST);
  });

  test('a set-gid directory gives its group, and itself to directories', async () => {
    const d = madeBy(await world.mkdir('d', { mode: 0o2777, gid: 7 }));
    const file = madeBy(await world.create('f', { mode: 0o2755 }, as(1), d.file));
    expect(file.attributes).toMatchObject({ gid: 7, mode: 0o755 });
    const below = madeBy(await world.mkdir('e', { mode: 0o755 }, as(1), d.file));
    expect(below.attributes).toMatchObject({ gid: 7, mode: 0o2755 });
  });

  test('statuses: what is no name, no directory, not allowed, no space', async () => {
    const { file } = madeBy(await world.create('f'));
    const d = madeBy(await world.mkdir('d'));
    for (const name of ['', 'a/b', 'a\0']) {
      expect((await world.create(name)).status).toBe(NFS3ERR_ACCES);
    }
    for (const length of [256, 5000]) {
      expect((await world.create('n'.repeat(length))).status).toBe(NFS3ERR_NAMETOOLONG);
    }
    madeBy(await world.create('\xff\x01'.repeat(127)));
    expect((await world.create('x', {}, asRoot, file)).status).toBe(NFS3ERR_NOTDIR);
    expect((await world.create('x', {}, as(1), d.file)).status).toBe(NFS3ERR_ACCES);
    await world.open(new ServiceVolume({ quotaInodes: 1 }));
    expect((await world.create('x')).status).toBe(NFS3ERR_NOSPC);
  });
});

describe('RFC 1813 §3.3.11 MKNOD', () => {
  const mknod = (name: string, what: Mknoddata3, who = asRoot) =>
    world.volume.nfs3.nfsproc3Mknod({ where: { dir: world.root, name }, what }, { as: who });
  const device = (
    type: typeof Ftype3.NF3CHR | typeof Ftype3.NF3BLK,
    minor: number,
  ): Mknoddata3 => ({
    type,
    device: {
      devAttributes: sattr3({ mode: 0o600 }),
      spec: { specdata1: 4095, specdata2: minor },
    },
  });
  const pipe = (type: typeof Ftype3.NF3SOCK | typeof Ftype3.NF3FIFO): Mknoddata3 => ({
    type,
    pipeAttributes: sattr3({ mode: 0o622, mtime: { seconds: 9, nanoseconds: 0 } }),
  });

  test('devices are root’s, sockets and fifos everybody’s', async () => {
    const largest = 0xffff_ffff;
    for (const type of [Ftype3.NF3CHR, Ftype3.NF3BLK]) {
      const { attributes } = madeBy(await mknod(`device${type}`, device(type, largest)));
      expect(attributes).toMatchObject({ type, mode: 0o600, size: 0n, nlink: 1 });
      expect(attributes.rdev).toEqual({ specdata1: 4095, specdata2: largest });
      expect((await mknod('mine', device(type, 1), as(1))).status).toBe(NFS3ERR_PERM);
    }
    for (const type of [Ftype3.NF3SOCK, Ftype3.NF3FIFO]) {
      const { attributes } = madeBy(await mknod(`pipe${type}`, pipe(type), as(1)));
      expect(attributes).toMatchObject({ type, mode: 0o622, uid: 1, mtime: { seconds: 9 } });
      expect((await mknod(`pipe${type}`, pipe(type))).status).toBe(NFS3ERR_EXIST);
    }
  });

  test('what has a procedure of its own is a BADTYPE', async () => {
    for (const type of [Ftype3.NF3REG, Ftype3.NF3DIR, Ftype3.NF3LNK] as const) {
      expect(await mknod('x', { type })).toMatchObject({
        status: NFS3ERR_BADTYPE,
        resfail: { dirWcc: { after: { attributesFollow: true } } },
      });
    }
  });
});

describe('RFC 1813 §3.3.10 SYMLINK and §3.3.5 READLINK', () => {
  test('targets of up to 4,095 bytes, any but NUL', async () => {
    const symlink = async (name: string, symlinkData: string) => {
      const data = { symlinkAttributes: sattr3({ mode: 0, uid: 3, gid: 4 }), symlinkData };
      const where = { dir: world.root, name };
      return world.volume.nfs3.nfsproc3Symlink({ where, symlink: data });
    };
    const target = '../\xff\x01'.repeat(819);
    const { file, attributes } = madeBy(await symlink('l', target));
    expect(attributes).toMatchObject({ mode: 0o777, uid: 3, gid: 4, size: 4095n });
    const read = resokOf(await world.volume.nfs3.nfsproc3Readlink({ symlink: file }));
    expect([read.data, read.symlinkAttributes]).toEqual([
      target,
      { attributesFollow: true, attributes },
    ]);
    expect((await symlink('m', `${target}x`)).status).toBe(NFS3ERR_NAMETOOLONG);
    expect((await symlink('m', '')).status).toBe(NFS3ERR_NOENT);
    expect((await symlink('l', 'x')).status).toBe(NFS3ERR_EXIST);
    expect((await world.setattr(file, { mode: 0 })) === NFS3_OK).toBe(true);
    expect((await world.getattr(file)).mode).toBe(0o777);
  });
});
