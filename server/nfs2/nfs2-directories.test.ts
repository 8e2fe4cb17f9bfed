import { describe, expect, test } from 'vitest';
import { Ftype, NfsProgramV2, NfsStat, type Readdirok } from '../../protocol/generated/nfs2.ts';
import { as, asRoot, sattr } from '../testing/service-volume.ts';
import { nfs2World, ok } from './testing/nfs2-world.ts';

const {
  NFS_OK,
  NFSERR_ACCES,
  NFSERR_EXIST,
  NFSERR_NOENT,
  NFSERR_NOTDIR,
  NFSERR_NOTEMPTY,
  NFSERR_STALE,
} = NfsStat;
const world = nfs2World();

describe('RFC 1094 §2.2.15 MKDIR and §2.2.16 RMDIR', () => {
  test('a directory comes, counts in its parent, and goes', async () => {
    const made = ok(await world.mkdir('d', as(1)));
    expect(made.attributes).toMatchObject({ type: Ftype.NFDIR, nlink: 2, uid: 1, mode: 0o40755 });
    expect((await world.getattr(world.root)).nlink).toBe(3);
    expect(await world.volume.nfs.nfsprocRmdir({ dir: world.root, name: 'd' })).toBe(NFS_OK);
    expect((await world.getattr(world.root)).nlink).toBe(2);
    expect(await world.volume.nfs.nfsprocGetattr(made.file)).toEqual({ status: NFSERR_STALE });
    expect(await world.mkdir('x', asRoot, made.file)).toEqual({ status: NFSERR_STALE });
  });

  test('statuses: EXIST, NOENT, NOTDIR, NOTEMPTY, dots', async () => {
    const d = ok(await world.mkdir('d'));
    ok(await world.create('f', {}, asRoot, d.file));
    const rmdir = async (name: string, dir = world.root) =>
      world.volume.nfs.nfsprocRmdir({ dir, name });
    expect((await world.mkdir('d')).status).toBe(NFSERR_EXIST);
    expect(await rmdir('no')).toBe(NFSERR_NOENT);
    expect(await rmdir('f', d.file)).toBe(NFSERR_NOTDIR);
    expect(await rmdir('d')).toBe(NFSERR_NOTEMPTY);
    expect(await rmdir('.', d.file)).toBe(NFSERR_ACCES);
    expect(await rmdir('..', d.file)).toBe(NFSERR_NOTEMPTY);
  });
});

describe('RFC 1094 §2.2.17 READDIR', () => {
  const page = async (dir: Buffer, cookie: Buffer, count: number, who = asRoot) =>
    world.volume.nfs.nfsprocReaddir({ dir, cookie, count }, { as: who });

  /** Reads on to the end; `between` is called after each page. */
  async function list(dir: Buffer, count: number, between = async () => {}): Promise<string[]> {
    const names: string[] = [];
    let cookie: Buffer = Buffer.alloc(4);
    for (;;) {
      const reply = await page(dir, cookie, count);
      if (reply.status !== NFS_OK) throw new Error(`status ${reply.status}`);
      const { entries, eof } = (reply as { readdirok: Readdirok }).readdirok;
      names.push(...entries.map(({ name }) => name));
      cookie = entries.at(-1)?.cookie ?? cookie;
      if (eof) return names;
      expect(entries.length).toBeGreaterThan(0);
      await between();
    }
  }

  test('gives `.`, `..` and the names in the order in which they came', async () => {
    expect(await list(world.root, 8192)).toEqual(['.', '..']);
    for (const name of ['c', 'a', 'b']) await world.create(name);
    expect(await list(world.root, 8192)).toEqual(['.', '..', 'c', 'a', 'b']);
    for (const count of [0, 40, 64, 100]) expect(await list(world.root, count)).toHaveLength(5);
  });

  test('the reply is never larger than asked for, unless one entry is', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${index}`.repeat(1 + (index % 80)));
    for (const name of names) await world.create(name);
    const { result } = NfsProgramV2.procedures.nfsprocReaddir;
    const { encodeToBuffer } = await import('../../xdr/decode.ts');
    for (const count of [200, 512, 1024, 4096, 8192, 0xffff_ffff]) {
      const reply = await page(world.root, Buffer.alloc(4), count);
      expect(encodeToBuffer(result, reply).length).toBeLessThanOrEqual(Math.min(count, 8192));
      expect((await list(world.root, count)).sort()).toEqual(['.', '..', ...names].sort());
    }
  });

  test('neither skips nor repeats a name that is there throughout', async () => {
    const stay = Array.from({ length: 20 }, (_, index) => `stay${index}`);
    for (const name of stay) {
      await world.create(name);
      await world.create(`${name}-goes`);
    }
    let round = 0;
    const names = await list(world.root, 128, async () => {
      await world.volume.nfs.nfsprocRemove({ dir: world.root, name: `stay${round}-goes` });
      await world.create(`new${round}`);
      // Over a name that stays: it is still there, and was throughout.
      const from = { dir: world.root, name: `new${round}` };
      await world.volume.nfs.nfsprocRename({
        from,
        to: { dir: world.root, name: `stay${(round * 7) % 20}` },
      });
      round += 1;
    });
    expect(round).toBeGreaterThan(5);
    const stayed = names.filter((name) => stay.includes(name));
    expect(stayed).toHaveLength(20);
    expect(new Set(stayed).size).toBe(20);
  });

  test('goes on after any cookie, also one that never was', async () => {
    for (const name of ['a', 'b', 'c']) await world.create(name);
    await world.volume.nfs.nfsprocRemove({ dir: world.root, name: 'b' });
    const names = async (cookie: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(cookie);
      const reply = await page(world.root, bytes, 8192);
      return (reply as { readdirok: Readdirok }).readdirok.entries.map(({ name }) => name);
    };
    expect(await names(4)).toEqual(['c']);
    expect(await names(0xffff_ffff)).toEqual([]);
  });

  test('`..` of what was mounted is itself', async () => {
    const { file } = ok(await world.mkdir('d'));
    const directory = await world.volume.mounted('/home/d');
    const fileids = async (dir: Buffer) => {
      const reply = await page(dir, Buffer.alloc(4), 8192);
      return (reply as { readdirok: Readdirok }).readdirok.entries.map(({ fileid }) => fileid);
    };
    expect(await fileids(file)).toEqual([3, 2]);
    expect(await fileids(directory)).toEqual([3, 3]);
  });

  test('statuses: NOTDIR, ACCES', async () => {
    const { file } = ok(await world.create('f'));
    expect(await page(file, Buffer.alloc(4), 100)).toEqual({ status: NFSERR_NOTDIR });
    const { file: dir } = ok(await world.mkdir('d', as(1)));
    await world.volume.nfs.nfsprocSetattr({ file: dir, attributes: sattr({ mode: 0o711 }) });
    expect(await page(dir, Buffer.alloc(4), 100, as(2))).toEqual({ status: NFSERR_ACCES });
  });
});
