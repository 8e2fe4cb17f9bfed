import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { NfsStat } from '../../protocol/generated/nfs2.ts';
import { create } from '../file-system/operations/create.ts';
import { makeSymlink } from '../file-system/operations/make-symlink.ts';
import { setAttributes } from '../file-system/operations/set-attributes.ts';
import type { OperationContext } from '../file-system/context.ts';
import { root as rootUser } from '../file-system/principal.ts';
import { rootIno } from '../file-system/records/inode.ts';
import { getInode, putInode } from '../file-system/records/inode-records.ts';
import { onlyKey } from '../file-system/records/keys.ts';
import { states } from '../file-system/records/volume-records.ts';
import { sattr } from '../testing/service-volume.ts';
import { deviceOf, deviceWord } from './device.ts';
import { nfs2World, ok } from './testing/nfs2-world.ts';

const { NFS_OK, NFSERR_FBIG, NFSERR_NAMETOOLONG, NFSERR_XDEV } = NfsStat;
const world = nfs2World();

/** Does what only version 3 can do. */
function directly<R>(operation: (context: OperationContext) => R): R {
  const { nowMicroseconds, records } = world.volume;
  return records.execute((transaction) =>
    operation({
      transaction,
      principal: rootUser,
      nowMicroseconds,
      admitsGrowth: true,
      quotaStatus: 'NOSPC',
    }),
  );
}

describe('what 32 bits cannot say is refused, with the reason in the log', () => {
  test('inode numbers', async () => {
    ok(await world.create('small'));
    world.volume.records.execute((transaction) => {
      const state = transaction.get(states, onlyKey);
      if (state !== undefined) transaction.put(states, onlyKey, { ...state, nextIno: 2 ** 32 });
    });
    directly((context) =>
      create(
        context,
        { directory: rootIno, name: 'large' },
        { mode: 'guarded', attributes: { size: 5 } },
      ),
    );
    expect((await world.lookup('small')).status).toBe(NFS_OK);
    expect((await world.lookup('large')).status).toBe(NFSERR_FBIG);
    const changes = [
      () => world.create('large', { size: 0 }),
      () => world.create('new'),
      () => world.mkdir('new'),
    ];
    for (const change of changes) {
      expect((await change()).status).toBe(NFSERR_FBIG);
      expect(world.volume.records.changes).toBe(0);
    }
    const from = { dir: world.root, name: 'new' };
    const { nfs } = world.volume;
    expect(await nfs.nfsprocSymlink({ from, to: 'x', attributes: sattr() })).toBe(NFSERR_FBIG);
    expect((await world.readdir(world.root, 0)).entries).toHaveLength(3);
    await expect(world.readdir(world.root, 3)).rejects.toThrow('27');
    expect(world.volume.warnings).toEqual([expect.stringContaining('inode numbers over 2^32')]);
    expect(await world.remove('large')).toBe(NFS_OK);
  });

  test('cookies', async () => {
    ok(await world.create('early'));
    world.volume.records.execute((transaction) => {
      const inode = getInode(transaction, rootIno);
      if (inode?.type !== 'directory') throw new Error('no root');
      putInode(transaction, { ...inode, nextCookie: 2 ** 32 });
    });
    ok(await world.create('late'));
    const { entries, eof } = await world.readdir(world.root, 0);
    expect(entries.map(({ name }) => name)).toEqual(['.', '..', 'early']);
    expect(eof).toBe(false);
    await expect(world.readdir(world.root, 3)).rejects.toThrow('27');
    expect(world.volume.warnings).toEqual([expect.stringContaining('2^32 names')]);
    expect((await world.lookup('late')).status).toBe(NFS_OK);
  });

  test('a larger size shows as the largest, and what version 2 can reach is read', async () => {
    const { file } = ok(await world.create('f'));
    directly((context) => setAttributes(context, 3, { size: 2 ** 33 }));
    expect((await world.getattr(file)).size).toBe(0xffff_ffff);
    expect(await world.read(file, 0xffff_ffff, 3)).toBe('\0\0\0');
  });

  test('a target over 1,024 bytes', async () => {
    const place = { directory: rootIno, name: 'l' };
    directly((context) => makeSymlink(context, place, 'x'.repeat(1025), {}));
    const { file } = ok(await world.lookup('l'));
    expect(await world.volume.nfs.nfsprocReadlink(file)).toEqual({ status: NFSERR_NAMETOOLONG });
  });
});

test('a name over 255 bytes is too long; one over what the wire has is garbage', async () => {
  expect((await world.create('n'.repeat(1024))).status).toBe(NFSERR_NAMETOOLONG);
  await expect(world.create('n'.repeat(1025))).rejects.toThrow('limit');
});

test('what was mounted apart is two file systems', async () => {
  const { file } = ok(await world.create('f'));
  ok(await world.mkdir('d'));
  const directory = await world.volume.mounted('/home/d');
  const { nfs } = world.volume;
  const to = { dir: directory, name: 'g' };
  expect(await nfs.nfsprocLink({ from: file, to })).toBe(NFSERR_XDEV);
  expect(await nfs.nfsprocRename({ from: { dir: world.root, name: 'f' }, to })).toBe(NFSERR_XDEV);
  // And nobody climbs out of it.
  expect(ok(await world.lookup('..', directory)).file).toEqual(directory);
});

property.prop([fc.nat(0xffff_ffff)])('a device number comes back as it was', (word) => {
  expect(deviceWord(deviceOf(word))).toBe(word);
});

test('a device number is what Linux takes it for', () => {
  expect(deviceOf(0x0801)).toEqual({ major: 8, minor: 1 });
  expect(deviceOf(0x0010_0801)).toEqual({ major: 8, minor: 257 });
});
