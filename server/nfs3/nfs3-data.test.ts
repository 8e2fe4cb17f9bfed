import { describe, expect, test } from 'vitest';
import { Nfsstat3, StableHow } from '../../protocol/generated/nfs3.ts';
import { auditVolume } from '../file-system/testing/audit.ts';
import { as } from '../testing/service-volume.ts';
import { madeBy, nfs3World, resokOf } from './testing/nfs3-world.ts';

const { NFS3_OK, NFS3ERR_ACCES, NFS3ERR_FBIG, NFS3ERR_INVAL, NFS3ERR_ISDIR } = Nfsstat3;
const world = nfs3World();
const megabyte = 1024 * 1024;

describe('RFC 1813 §3.3.6 READ and §3.3.7 WRITE', () => {
  test('one transfer is 1 MiB at most: the rest is the next one', async () => {
    const { file } = madeBy(await world.create('f'));
    const content = Buffer.alloc(megabyte + 10, 'abcdefg');
    const written = resokOf(await world.write(file, 5, content));
    expect(written.count).toBe(megabyte);
    expect(await world.getattr(file)).toMatchObject({ size: BigInt(megabyte + 5) });
    const first = resokOf(await world.read(file, 0, 0xffff_ffff));
    expect(first).toMatchObject({ count: megabyte, eof: false });
    expect(first.data.equals(Buffer.concat([Buffer.alloc(5), content]).subarray(0, megabyte))).toBe(
      true,
    );
    expect(resokOf(await world.read(file, megabyte, 100))).toMatchObject({ count: 5, eof: true });
  });

  test('over UDP a READ is cut to what a datagram holds', async () => {
    const { file } = madeBy(await world.create('f', { size: megabyte }));
    const { count, eof } = resokOf(await world.read(file, 0, megabyte, { transport: 'udp' }));
    expect([count, eof]).toEqual([32 * 1024, false]);
  });

  test('offsets at 2^31, 2^32, the largest file, 2^63 and 2^64-1', async () => {
    const { file } = madeBy(await world.create('f'));
    for (const offset of [2n ** 31n - 2n, 2n ** 32n - 2n, 2n ** 45n - 4n]) {
      expect((await world.write(file, offset, 'data')).status).toBe(NFS3_OK);
      expect(resokOf(await world.read(file, offset, 4)).data.toString()).toBe('data');
    }
    expect((await world.getattr(file)).size).toBe(2n ** 45n);
    for (const offset of [2n ** 45n - 3n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect((await world.write(file, offset, 'data')).status).toBe(NFS3ERR_FBIG);
    }
    for (const offset of [2n ** 45n, 2n ** 63n, 2n ** 64n - 1n]) {
      const read = resokOf(await world.read(file, offset, 0xffff_ffff));
      expect(read).toMatchObject({ count: 0, eof: true });
    }
    auditVolume(world.volume.records);
  });

  test('eof is told with the last byte, holes are zeros', async () => {
    const { file } = madeBy(await world.create('f'));
    await world.write(file, 200_000, 'end');
    expect(resokOf(await world.read(file, 199_998, 5))).toMatchObject({ count: 5, eof: true });
    expect(resokOf(await world.read(file, 199_998, 4))).toMatchObject({ count: 4, eof: false });
    await world.setattr(file, { size: 200_001 });
    await world.setattr(file, { size: 200_003 });
    const { data } = resokOf(await world.read(file, 199_999, 9));
    expect(data.toString('latin1')).toBe('\0e\0\0');
    expect((await world.getattr(file)).used).toBe(1n);
  });

  test('however stable is asked for, it is FILE_SYNC; the verifier is the claim’s', async () => {
    const { file } = madeBy(await world.create('f'));
    const data = Buffer.from('data');
    for (const stable of Object.values(StableHow)) {
      const args = { file, offset: 0n, count: 4, stable, data };
      const { committed, verf, count } = resokOf(await world.volume.nfs3.nfsproc3Write(args));
      expect([committed, count]).toEqual([StableHow.FILE_SYNC, 4]);
      expect(verf).toEqual(Buffer.alloc(8, 1));
    }
    world.volume.state = { ...world.volume.state, writeVerifier: Buffer.alloc(8, 2) };
    const commit = async (offset: bigint, count: number) =>
      world.volume.nfs3.nfsproc3Commit({ file, offset, count });
    const before = world.volume.records.changes;
    for (const offset of [0n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(resokOf(await commit(offset, 0xffff_ffff)).verf).toEqual(Buffer.alloc(8, 2));
    }
    expect([before > 0, world.volume.records.changes]).toEqual([true, 0]);
    const root = await world.volume.nfs3.nfsproc3Commit({ file: world.root, offset: 0n, count: 0 });
    expect(root.status).toBe(NFS3ERR_ISDIR);
  });

  test('wcc_data are of the very call: size and times before it, attributes after it', async () => {
    const { file, attributes } = madeBy(await world.create('f'));
    const { fileWcc } = resokOf(await world.write(file, 0, 'data'));
    const { size, mtime, ctime } = attributes;
    expect(fileWcc.before).toEqual({ attributesFollow: true, attributes: { size, mtime, ctime } });
    const now = await world.getattr(file);
    expect(fileWcc.after).toEqual({ attributesFollow: true, attributes: now });
    expect(now.ctime).toEqual(now.mtime);
    const refused = await world.write(file, 0, 'x', { as: as(9) });
    expect(refused).toMatchObject({
      status: NFS3ERR_ACCES,
      resfail: { fileWcc: { before: { attributes: { size: 4n } }, after: { attributes: now } } },
    });
  });

  test('a count that is not the length of the data is invalid, no data is no change', async () => {
    const { file, attributes } = madeBy(await world.create('f'));
    const args = { file, offset: 0n, count: 3, stable: StableHow.UNSTABLE, data: Buffer.alloc(4) };
    expect((await world.volume.nfs3.nfsproc3Write(args)).status).toBe(NFS3ERR_INVAL);
    expect(resokOf(await world.write(file, 2n ** 63n, '')).count).toBe(0);
    expect(await world.getattr(file)).toEqual(attributes);
  });

  test('types: a directory is ISDIR, a link or fifo invalid', async () => {
    expect((await world.read(world.root, 0, 1)).status).toBe(NFS3ERR_ISDIR);
    expect((await world.write(world.root, 0, 'x')).status).toBe(NFS3ERR_ISDIR);
  });

  test('the owner reads and writes whatever the mode says; root’s WRITE keeps set-uid, another’s does not', async () => {
    const { file } = madeBy(await world.create('f', { mode: 0 }, as(1)));
    expect((await world.write(file, 0, 'mine', { as: as(1) })).status).toBe(NFS3_OK);
    expect(await world.text(file, as(1))).toBe('mine');
    expect(await world.text(file, as(2))).toBe(`status ${NFS3ERR_ACCES}`);
    await world.setattr(file, { mode: 0o6777 });
    await world.write(file, 0, 'x');
    expect((await world.getattr(file)).mode).toBe(0o6777);
    await world.write(file, 0, 'x', { as: as(2) });
    expect((await world.getattr(file)).mode).toBe(0o777);
  });

  test('set-gid without group execution stays where a member of the group writes', async () => {
    const { file } = madeBy(await world.create('f', { mode: 0o2666, gid: 7 }));
    await world.write(file, 0, 'x', { as: as(2, 2, [7]) });
    expect((await world.getattr(file)).mode).toBe(0o2666);
    await world.write(file, 0, 'x', { as: as(2) });
    expect((await world.getattr(file)).mode).toBe(0o666);
  });
});
