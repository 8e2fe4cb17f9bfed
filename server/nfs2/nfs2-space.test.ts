import { describe, expect, test } from 'vitest';
import { NfsStat } from '../../protocol/generated/nfs2.ts';
import { auditVolume } from '../file-system/testing/audit.ts';
import { sattr, ServiceVolume } from '../testing/service-volume.ts';
import { attributesOf, nfs2World, ok } from './testing/nfs2-world.ts';

const { NFS_OK, NFSERR_DQUOT, NFSERR_NOSPC, NFSERR_STALE } = NfsStat;
const world = nfs2World();

describe('RFC 1094 §2.2.18 STATFS', () => {
  const statfs = async () => {
    const reply = await world.volume.nfs.nfsprocStatfs(world.root);
    if (!('info' in reply)) throw new Error(`status ${reply.status}`);
    return reply.info;
  };

  test('tells the numbers of the disk', async () => {
    expect(await statfs()).toEqual({
      tsize: 8192,
      bsize: 4096,
      blocks: Math.floor(1e9 / 4096),
      bfree: Math.floor(4e8 / 4096),
      bavail: Math.floor(3e8 / 4096),
    });
  });

  test('tells those of the quota where it is the tighter limit', async () => {
    await world.open(new ServiceVolume({ quotaBytes: 409_600 }));
    const { file } = ok(await world.create('f'));
    await world.write(file, 0, 'x'.repeat(5000));
    expect(await statfs()).toMatchObject({ blocks: 100, bfree: 98, bavail: 98 });
  });

  test('a disk of many terabytes has larger blocks', async () => {
    const totalBytes = 2 ** 50;
    const space = { totalBytes, freeBytes: totalBytes / 2, availableBytes: totalBytes / 4 };
    world.volume.state = { ...world.volume.state, space };
    const info = await statfs();
    expect(info.blocks).toBeLessThanOrEqual(0x7fff_ffff);
    expect([info.blocks * info.bsize, info.bavail * info.bsize]).toEqual([2 ** 50, 2 ** 48]);
  });

  test('needs a handle that is good', async () => {
    expect(await world.volume.nfs.nfsprocStatfs(Buffer.alloc(32))).toEqual({
      status: NFSERR_STALE,
    });
  });
});

describe('a quota of bytes', () => {
  test('refuses what would fill it, and changes nothing then', async () => {
    await world.open(new ServiceVolume({ quotaBytes: 10_000 }));
    const { file } = ok(await world.create('f'));
    expect((await world.write(file, 0, 'a'.repeat(8000))).status).toBe(NFS_OK);
    const before = await world.getattr(file);
    expect(await world.write(file, 8000, 'b'.repeat(2001))).toEqual({ status: NFSERR_NOSPC });
    expect(await world.getattr(file)).toEqual(before);
    expect((await world.write(file, 8000, 'b'.repeat(2000))).status).toBe(NFS_OK);
    auditVolume(world.volume.records);
  });

  test('counts what is not a hole: overwriting, holes and truncation are free', async () => {
    await world.open(new ServiceVolume({ quotaBytes: 10_000 }));
    const { file } = ok(await world.create('f'));
    await world.write(file, 0, 'a'.repeat(8000));
    expect((await world.write(file, 100, 'b'.repeat(7900))).status).toBe(NFS_OK);
    expect((await world.write(file, 1_000_000, 'c'.repeat(2000))).status).toBe(NFS_OK);
    expect((await world.write(file, 500_000, 'd')).status).toBe(NFSERR_NOSPC);
    const cut = await world.volume.nfs.nfsprocSetattr({ file, attributes: sattr({ size: 8000 }) });
    expect(attributesOf(cut).blocks).toBe(16);
    expect((await world.write(file, 500_000, 'd')).status).toBe(NFS_OK);
  });

  test('has room again at once when a large file is removed', async () => {
    await world.open(new ServiceVolume({ quotaBytes: 4_000_000 }));
    const { file } = ok(await world.create('large'));
    for (let offset = 0; offset < 4_000_000; offset += 8000) {
      expect((await world.write(file, offset, Buffer.alloc(8000, 1))).status).toBe(NFS_OK);
    }
    const other = ok(await world.create('other'));
    expect((await world.write(other.file, 0, 'x')).status).toBe(NFSERR_NOSPC);
    expect(await world.remove('large')).toBe(NFS_OK);
    expect((await world.write(other.file, 0, 'x')).status).toBe(NFS_OK);
    auditVolume(world.volume.records);
    await world.volume.runBackground();
    auditVolume(world.volume.records);
    expect(world.volume.records.stored.size).toBeLessThan(12);
  });

  test('says NFSERR_DQUOT where that is asked for', async () => {
    await world.open(new ServiceVolume({ quotaBytes: 10, quotaStatus: 'DQUOT' }));
    const { file } = ok(await world.create('f'));
    expect(await world.write(file, 0, 'eleven byte')).toEqual({ status: NFSERR_DQUOT });
  });
});

test('a quota of inodes refuses new ones until one goes', async () => {
  await world.open(new ServiceVolume({ quotaInodes: 3 }));
  ok(await world.create('a'));
  ok(await world.mkdir('b'));
  expect((await world.create('c')).status).toBe(NFSERR_NOSPC);
  expect((await world.mkdir('c')).status).toBe(NFSERR_NOSPC);
  const from = { dir: world.root, name: 'c' };
  const symlink = { from, to: 'x', attributes: sattr() };
  expect(await world.volume.nfs.nfsprocSymlink(symlink)).toBe(NFSERR_NOSPC);
  expect(await world.remove('a')).toBe(NFS_OK);
  expect(await world.volume.nfs.nfsprocSymlink(symlink)).toBe(NFS_OK);
});

test('a disk that is nearly full: only what frees space is admitted', async () => {
  const { file } = ok(await world.create('f'));
  await world.write(file, 0, 'content');
  ok(await world.mkdir('d'));
  world.volume.state = { ...world.volume.state, admitsGrowth: false };
  const { nfs } = world.volume;
  const to = { dir: world.root, name: 'l' };
  expect((await world.write(file, 0, 'x')).status).toBe(NFSERR_NOSPC);
  expect((await world.create('g')).status).toBe(NFSERR_NOSPC);
  expect((await world.mkdir('g')).status).toBe(NFSERR_NOSPC);
  expect(await nfs.nfsprocLink({ from: file, to })).toBe(NFSERR_NOSPC);
  const symlink = { from: to, to: 'x', attributes: sattr() };
  expect(await nfs.nfsprocSymlink(symlink)).toBe(NFSERR_NOSPC);
  expect(await world.read(file, 0, 100)).toBe('content');
  const truncated = await nfs.nfsprocSetattr({ file, attributes: sattr({ size: 1 }) });
  expect(attributesOf(truncated).size).toBe(1);
  expect(await nfs.nfsprocRename({ from: { dir: world.root, name: 'f' }, to })).toBe(NFS_OK);
  expect(await nfs.nfsprocRmdir({ dir: world.root, name: 'd' })).toBe(NFS_OK);
  expect(await world.remove('l')).toBe(NFS_OK);
});
