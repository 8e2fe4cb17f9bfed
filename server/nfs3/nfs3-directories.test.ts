import { describe, expect, test } from 'vitest';
import {
  type NfsFh3,
  NfsProgramV3,
  Nfsstat3,
  type READDIRPLUS3args,
} from '../../protocol/generated/nfs3.ts';
import type { Credential } from '../../rpc/auth.ts';
import { encodeToBuffer } from '../../xdr/decode.ts';
import { rootIno } from '../file-system/records/inode.ts';
import { getInode, putInode } from '../file-system/records/inode-records.ts';
import { as, asRoot, type CallOptions } from '../testing/service-volume.ts';
import { madeBy, nfs3World, resokOf } from './testing/nfs3-world.ts';

const { NFS3ERR_ACCES, NFS3ERR_NOTDIR, NFS3ERR_TOOSMALL } = Nfsstat3;
const world = nfs3World();

const plus = (args: Partial<READDIRPLUS3args> = {}, options: CallOptions = {}) =>
  world.volume.nfs3.nfsproc3Readdirplus(
    {
      ...{ dir: world.root, cookie: 0n, cookieverf: Buffer.alloc(8) },
      ...{ dircount: 65_536, maxcount: 65_536, ...args },
    },
    options,
  );

async function fill(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    madeBy(await world.create(`${index}`.padEnd(1 + (index % 40), 'x')));
  }
}

/** Reads on to the end; `between` is called after each page. */
async function list(dir: NfsFh3, count: number, between = async () => {}): Promise<string[]> {
  const names: string[] = [];
  let cookie = 0n;
  for (;;) {
    const { entries, eof } = await world.readdir(dir, cookie, count);
    names.push(...entries.map(({ name }) => name));
    cookie = entries.at(-1)?.cookie ?? cookie;
    if (eof) return names;
    expect(entries.length).toBeGreaterThan(0);
    await between();
  }
}

describe('RFC 1813 §3.3.16 READDIR', () => {
  test('the reply, with everything around it, is never larger than count', async () => {
    await fill(60);
    const { result } = NfsProgramV3.procedures.nfsproc3Readdir;
    for (const count of [150, 200, 333, 1000, 2000]) {
      const args = { dir: world.root, cookie: 3n, cookieverf: Buffer.alloc(8), count };
      const reply = await world.volume.nfs3.nfsproc3Readdir(args);
      const bytes = encodeToBuffer(result, reply).length;
      expect(bytes).toBeLessThanOrEqual(count);
      // Nor much smaller: another entry of 64 bytes would not have fitted.
      if (!resokOf(reply).reply.eof) expect(bytes).toBeGreaterThan(count - 68);
    }
    const tooSmall = { dir: world.root, cookie: 0n, cookieverf: Buffer.alloc(8), count: 128 };
    expect(await world.volume.nfs3.nfsproc3Readdir(tooSmall)).toMatchObject({
      status: NFS3ERR_TOOSMALL,
      resfail: { dirAttributes: { attributesFollow: true } },
    });
  });

  test('neither skips nor repeats a name that is there throughout, whatever comes and goes', async () => {
    await fill(40);
    let round = 0;
    const names = await list(world.root, 400, async () => {
      const name = `${round}`.padEnd(1 + (round % 40), 'x');
      await world.volume.nfs3.nfsproc3Remove({ object: { dir: world.root, name } });
      madeBy(await world.create(`new${round}`));
      round += 1;
    });
    expect(round).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
    const stayed = names.filter((name) => Number.parseInt(name, 10) >= round);
    expect(stayed).toHaveLength(40 - round);
    expect(names.slice(0, 2)).toEqual(['.', '..']);
  });

  test('goes on after any cookie, also one that never was, with any verifier', async () => {
    await fill(3);
    const cookieverf = Buffer.alloc(8, 7);
    const after = async (cookie: bigint) => {
      const args = { dir: world.root, cookie, cookieverf, count: 8192 };
      const { reply } = resokOf(await world.volume.nfs3.nfsproc3Readdir(args));
      expect(reply.eof).toBe(true);
      return reply.entries.map(({ name }) => name.slice(0, 1));
    };
    expect(await after(1n)).toEqual(['.', '0', '1', '2']);
    expect(await after(3n)).toEqual(['1', '2']);
    for (const cookie of [6n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await after(cookie)).toEqual([]);
    }
  });

  test('cookies beyond 32 bits', async () => {
    world.volume.records.execute((transaction) => {
      const inode = getInode(transaction, rootIno);
      if (inode?.type !== 'directory') throw new Error('no root');
      putInode(transaction, { ...inode, nextCookie: 2 ** 40 });
    });
    madeBy(await world.create('f'));
    const { entries } = await world.readdir(world.root, 2n);
    expect(entries).toMatchObject([{ name: 'f', cookie: 2n ** 40n }]);
  });

  test('statuses: NOTDIR, ACCES', async () => {
    const { file } = madeBy(await world.create('f'));
    const d = madeBy(await world.mkdir('d', { mode: 0o711 }, as(1)));
    expect((await plus({ dir: file })).status).toBe(NFS3ERR_NOTDIR);
    expect((await plus({ dir: d.file }, { as: as(2) })).status).toBe(NFS3ERR_ACCES);
  });
});

describe('RFC 1813 §3.3.17 READDIRPLUS', () => {
  test('each entry has its attributes and its handle, `..` within what was mounted', async () => {
    const d = madeBy(await world.mkdir('d'));
    const { file } = madeBy(await world.create('f', { size: 9 }, asRoot, d.file));
    const mounted = { data: await world.volume.mounted('/home/d') };
    for (const [dir, parent] of [
      [d.file, world.root],
      [mounted, mounted],
    ] as const) {
      const { reply, dirAttributes, cookieverf } = resokOf(await plus({ dir }));
      expect(reply.eof).toBe(true);
      const [self, up, entry] = reply.entries;
      expect(self).toMatchObject({ name: '.', nameHandle: { handle: dir } });
      expect(up).toMatchObject({ name: '..', nameHandle: { handle: parent } });
      expect(entry?.name).toBe('f');
      expect(entry?.nameAttributes).toEqual({
        attributesFollow: true,
        attributes: await world.getattr(file),
      });
      expect(dirAttributes).toMatchObject({ attributes: await world.getattr(d.file) });
      expect(cookieverf).toEqual(Buffer.alloc(8));
    }
    const { reply } = resokOf(await plus({ dir: d.file }));
    expect(reply.entries[2]?.nameHandle).toEqual({ handleFollows: true, handle: file });
  });

  test('who may read the directory and not search it gets names, and nothing of what they name', async () => {
    const d = madeBy(await world.mkdir('d', { mode: 0o754 }, as(1)));
    madeBy(await world.create('f', {}, as(1), d.file));
    const shown = async (who: Credential) => {
      const { entries } = resokOf(await plus({ dir: d.file }, { as: who })).reply;
      return entries.map(({ name, nameAttributes, nameHandle }) => [
        name,
        nameAttributes.attributesFollow,
        nameHandle.handleFollows,
      ]);
    };
    const searching = ['.', '..', 'f'].map((name) => [name, true, true]);
    for (const who of [as(1), as(2, 1), asRoot]) expect(await shown(who)).toEqual(searching);
    const reading = [['.', true, true], ...['..', 'f'].map((name) => [name, false, false])];
    expect(await shown(as(2))).toEqual(reading);
  });

  test('maxcount bounds the reply, dircount what is not attributes and handles', async () => {
    await fill(60);
    const { result } = NfsProgramV3.procedures.nfsproc3Readdirplus;
    for (const maxcount of [300, 512, 1000, 4096]) {
      const reply = await plus({ maxcount });
      const bytes = encodeToBuffer(result, reply).length;
      expect(bytes).toBeLessThanOrEqual(maxcount);
      expect(bytes).toBeGreaterThan(maxcount - 196);
    }
    expect((await plus({ maxcount: 260 })).status).toBe(NFS3ERR_TOOSMALL);
    // `.` and `..` take 28 bytes each; one entry comes however little is asked for.
    expect(resokOf(await plus({ dircount: 56 })).reply.entries).toHaveLength(2);
    expect(resokOf(await plus({ dircount: 0 })).reply.entries).toHaveLength(1);
  });

  test('a reply fits a datagram, and is bounded over TCP', async () => {
    await fill(600);
    const { result } = NfsProgramV3.procedures.nfsproc3Readdirplus;
    const maxcount = 0xffff_ffff;
    const sizes = (['udp', 'tcp'] as const).map(async (transport) => {
      const reply = await plus({ dircount: maxcount, maxcount }, { transport });
      return encodeToBuffer(result, reply).length;
    });
    const [udp = 0, tcp = 0] = await Promise.all(sizes);
    expect(udp).toBeLessThanOrEqual(32_768);
    expect([udp > 32_000, tcp > 65_000, tcp <= 65_536]).toEqual([true, true, true]);
  });
});
