import { describe, expect, test } from 'vitest';
import {
  Ftype,
  NFS_FIFO_DEV,
  NFSMODE_BLK,
  NFSMODE_CHR,
  NFSMODE_DIR,
  NFSMODE_FIFO,
  NFSMODE_REG,
  NFSMODE_SOCK,
  NfsStat,
} from '../../protocol/generated/nfs2.ts';
import { as, asRoot, sattr } from '../testing/service-volume.ts';
import { nfs2World, ok } from './testing/nfs2-world.ts';

const {
  NFS_OK,
  NFSERR_ACCES,
  NFSERR_EXIST,
  NFSERR_INVAL,
  NFSERR_ISDIR,
  NFSERR_NAMETOOLONG,
  NFSERR_NOTDIR,
  NFSERR_PERM,
} = NfsStat;
const world = nfs2World();

describe('RFC 1094 §2.2.10 CREATE', () => {
  test('makes a file with the attributes given, in the name of the caller', async () => {
    const mtime = { seconds: 5, useconds: 6 };
    const made = ok(await world.create('f', { mode: 0o100604, size: 3, mtime }, as(1, 2)));
    expect(made.attributes).toMatchObject({
      type: Ftype.NFREG,
      mode: NFSMODE_REG | 0o604,
      nlink: 1,
      uid: 1,
      gid: 2,
      size: 3,
      blocks: 0,
      fileid: 3,
      mtime,
    });
    expect(ok(await world.volume.nfs.nfsprocLookup({ dir: world.root, name: 'f' }))).toEqual(made);
  });

  test('of an existing file truncates it where a size is given, and sets nothing else', async () => {
    const { file } = ok(await world.create('f', { mode: 0o600 }, as(1)));
    await world.write(file, 0, 'content', as(1));
    expect(ok(await world.create('f', { mode: 0o777, uid: 9 }, as(1))).attributes).toMatchObject({
      mode: NFSMODE_REG | 0o600,
      size: 7,
    });
    expect(ok(await world.create('f', { mode: 0o777, size: 0 }, as(1))).attributes).toMatchObject({
      mode: NFSMODE_REG | 0o600,
      size: 0,
      blocks: 0,
    });
    expect((await world.create('f', { size: 0 }, as(2))).status).toBe(NFSERR_ACCES);
  });

  test('statuses: ISDIR, EXIST, NOTDIR, NAMETOOLONG, ACCES', async () => {
    await world.mkdir('d', as(1));
    await world.volume.nfs.nfsprocSymlink({
      from: { dir: world.root, name: 'l' },
      to: 'x',
      attributes: sattr(),
    });
    const { file } = ok(await world.create('f'));
    const { file: dir } = ok(await world.volume.nfs.nfsprocLookup({ dir: world.root, name: 'd' }));
    expect((await world.create('d')).status).toBe(NFSERR_ISDIR);
    expect((await world.create('l')).status).toBe(NFSERR_EXIST);
    for (const name of ['.', '..']) expect((await world.create(name)).status).toBe(NFSERR_EXIST);
    for (const name of ['', 'a/b', '\0'])
      expect((await world.create(name)).status).toBe(NFSERR_ACCES);
    expect((await world.create('x', {}, asRoot, file)).status).toBe(NFSERR_NOTDIR);
    expect((await world.create('n'.repeat(256))).status).toBe(NFSERR_NAMETOOLONG);
    expect((await world.create('n'.repeat(255))).status).toBe(NFS_OK);
    expect((await world.create('x', {}, as(2), dir)).status).toBe(NFSERR_ACCES);
    expect((await world.create('t', { mode: NFSMODE_DIR })).status).toBe(NFSERR_INVAL);
  });

  test('devices: the type is in the mode, the number in the size', async () => {
    const size = 0x0800_0301;
    const block = ok(await world.create('b', { mode: NFSMODE_BLK | 0o660, size }));
    expect(block.attributes).toMatchObject({
      type: Ftype.NFBLK,
      mode: NFSMODE_BLK | 0o660,
      rdev: size,
      size: 0,
    });
    const character = ok(await world.create('c', { mode: NFSMODE_CHR | 0o620, size: 0x0501 }));
    expect(character.attributes).toMatchObject({ type: Ftype.NFCHR, rdev: 0x0501 });
    const again = ok(await world.create('b', { mode: NFSMODE_BLK | 0o777, size }));
    expect(again).toEqual(block);
    expect((await world.create('b', { mode: NFSMODE_BLK, size: 1 })).status).toBe(NFSERR_EXIST);
    expect((await world.create('b', { mode: NFSMODE_CHR, size })).status).toBe(NFSERR_EXIST);
    expect((await world.create('e', { mode: NFSMODE_BLK, size: 1 }, as(1))).status).toBe(
      NFSERR_PERM,
    );
  });

  test('a fifo is a character device without a number, or a fifo; a socket is NFNON', async () => {
    for (const mode of [NFSMODE_CHR, NFSMODE_FIFO]) {
      const name = `p${mode}`;
      const { attributes } = ok(await world.create(name, { mode: mode | 0o600 }, as(1)));
      expect(attributes).toMatchObject({
        type: Ftype.NFCHR,
        mode: NFSMODE_FIFO | 0o600,
        rdev: NFS_FIFO_DEV,
      });
    }
    const socket = ok(await world.create('s', { mode: NFSMODE_SOCK | 0o600 }, as(1)));
    expect(socket.attributes).toMatchObject({ type: Ftype.NFNON, mode: NFSMODE_SOCK | 0o600 });
  });

  test('without a type it asks whether a device or fifo may be written to', async () => {
    ok(await world.create('p', { mode: NFSMODE_FIFO | 0o600 }, as(1)));
    expect((await world.create('p', {}, as(1))).status).toBe(NFS_OK);
    expect((await world.create('p', {}, as(2))).status).toBe(NFSERR_ACCES);
  });

  test('the name .. exists, also for one who may not search the directory', async () => {
    const { file: dir } = ok(await world.mkdir('d'));
    await world.volume.nfs.nfsprocSetattr({ file: dir, attributes: sattr({ mode: 0 }) });
    const fifo = { mode: NFSMODE_FIFO | 0o600 };
    expect((await world.create('..', fifo, as(1), dir)).status).toBe(NFSERR_EXIST);
  });

  test('a set-gid directory gives its group', async () => {
    const { file: dir } = ok(await world.mkdir('d'));
    const attributes = sattr({ mode: 0o2777, gid: 50 });
    await world.volume.nfs.nfsprocSetattr({ file: dir, attributes });
    expect(ok(await world.create('f', {}, as(1), dir)).attributes.gid).toBe(50);
    expect(ok(await world.mkdir('e', as(1), dir)).attributes).toMatchObject({
      gid: 50,
      mode: NFSMODE_DIR | 0o2755,
    });
  });
});
