import { describe, expect, test } from 'vitest';
import { NFSMODE_REG, NfsStat } from '../../protocol/generated/nfs2.ts';
import { auditVolume } from '../file-system/testing/audit.ts';
import { as } from '../testing/service-volume.ts';
import { attributesOf, nfs2World, ok } from './testing/nfs2-world.ts';

const { NFS_OK, NFSERR_ACCES, NFSERR_FBIG, NFSERR_ISDIR } = NfsStat;
const world = nfs2World();

describe('RFC 1094 §2.2.7 READ and §2.2.9 WRITE', () => {
  test('what was written is read, and nothing beyond the end', async () => {
    const { file } = ok(await world.create('f'));
    const attributes = attributesOf(await world.write(file, 3, 'hello'));
    expect(attributes).toMatchObject({ size: 8, blocks: 1 });
    expect(await world.read(file, 0, 100)).toBe('\0\0\0hello');
    expect(await world.read(file, 4, 2)).toBe('el');
    expect(await world.read(file, 8, 100)).toBe('');
    expect(await world.read(file, 4_000_000_000, 100)).toBe('');
  });

  test('a count over MAXDATA gets MAXDATA bytes', async () => {
    const { file } = ok(await world.create('f', { size: 20_000 }));
    expect(await world.read(file, 0, 0xffff_ffff)).toHaveLength(8192);
  });

  test('offsets from 2^31 to 2^32-1', async () => {
    const { file } = ok(await world.create('f'));
    for (const offset of [2 ** 31 - 2, 2 ** 31, 2 ** 32 - 5]) {
      expect((await world.write(file, offset, 'data')).status).toBe(NFS_OK);
      expect(await world.read(file, offset, 4)).toBe('data');
    }
    expect((await world.getattr(file)).size).toBe(2 ** 32 - 1);
    expect(await world.write(file, 2 ** 32 - 4, 'data!')).toEqual({ status: NFSERR_FBIG });
    expect(await world.write(file, 2 ** 32 - 1, 'd')).toEqual({ status: NFSERR_FBIG });
    auditVolume(world.volume.records);
  });

  test('the owner may read and write whatever the mode says, others may not', async () => {
    const { file } = ok(await world.create('f', { mode: 0 }, as(1)));
    expect((await world.write(file, 0, 'mine', as(1))).status).toBe(NFS_OK);
    expect(await world.read(file, 0, 10, as(1))).toBe('mine');
    expect((await world.write(file, 0, 'x', as(2))).status).toBe(NFSERR_ACCES);
    expect(await world.read(file, 0, 10, as(2))).toBe(`status ${NFSERR_ACCES}`);
  });

  test('§3.3: who may execute may read', async () => {
    const { file } = ok(await world.create('f', { mode: 0o711 }, as(1)));
    await world.write(file, 0, 'program', as(1));
    expect(await world.read(file, 0, 10, as(2))).toBe('program');
  });

  test('groups count, supplementary ones too', async () => {
    const { file } = ok(await world.create('f', { mode: 0o640 }, as(1, 7)));
    await world.write(file, 0, 'ours', as(1));
    expect(await world.read(file, 0, 10, as(2, 7))).toBe('ours');
    expect(await world.read(file, 0, 10, as(2, 8, [6, 7]))).toBe('ours');
    expect(await world.read(file, 0, 10, as(2, 8))).toBe(`status ${NFSERR_ACCES}`);
    expect((await world.write(file, 0, 'x', as(2, 7))).status).toBe(NFSERR_ACCES);
  });

  test('without AUTH_SYS a caller is nobody', async () => {
    const made = ok(await world.create('f', {}, { flavor: 'AUTH_NONE' }));
    expect(made.attributes).toMatchObject({ uid: 65_534, gid: 65_534 });
  });

  test('a directory is NFSERR_ISDIR', async () => {
    expect(await world.write(world.root, 0, 'x')).toEqual({ status: NFSERR_ISDIR });
    expect(await world.read(world.root, 0, 1)).toBe(`status ${NFSERR_ISDIR}`);
  });

  test('writing nothing changes nothing', async () => {
    const { file, attributes } = ok(await world.create('f'));
    expect(attributesOf(await world.write(file, 100, ''))).toEqual(attributes);
  });

  test('somebody else who writes takes set-uid away', async () => {
    const { file } = ok(await world.create('f', { mode: 0o6777 }, as(1)));
    expect(attributesOf(await world.write(file, 0, 'x', as(2))).mode).toBe(NFSMODE_REG | 0o777);
  });
});
