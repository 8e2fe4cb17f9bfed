import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { TestVolume } from '../../pa/server/testing/test-volume.ts';
import { MountProgramV1 } from '../../protocol/generated/mount.ts';
import { NfsStat } from '../../protocol/generated/nfs2.ts';
import { as, asRoot, type CallOptions, sattr, ServiceVolume } from '../testing/service-volume.ts';
import { createFileSystemServices } from '../volume.ts';
import { parseExports } from './parse-exports.ts';
import { openExports, type VolumeExports } from './volume-exports.ts';

const [inside, outside] = ['10.1.2.3', '192.0.2.9'];
const { NFS_OK, NFSERR_ACCES, NFSERR_ROFS, NFSERR_STALE, NFSERR_PERM } = NfsStat;
const xdev = 18;

function exportsOf(...lines: string[]): VolumeExports {
  const text = lines.join('\n');
  return parseExports([{ name: 'exports', text }], ['home']).get('home')!;
}

/** A volume with /a/b, made while it was open to everybody; exports are in force as one sets them. */
class Exported {
  exports = openExports;
  readonly volume = new ServiceVolume({ exports: () => this.exports });

  async open(...lines: string[]): Promise<this> {
    const root = await this.volume.root();
    const a = await this.mkdir(root, 'a');
    await this.mkdir(a, 'b');
    this.exports = exportsOf(...lines);
    return this;
  }

  /** Status of MNT. */
  async mnt(path: string, options: CallOptions = {}): Promise<number> {
    return (await this.volume.mount.mountprocMnt(path, options)).status;
  }

  async getattr(file: Buffer, options: CallOptions = {}): Promise<number> {
    return (await this.volume.nfs.nfsprocGetattr(file, options)).status;
  }

  /** The owner of a file that the caller makes, or the status. */
  async create(dir: Buffer, name: string, options: CallOptions = {}): Promise<number[] | number> {
    const where = { dir, name };
    const made = await this.volume.nfs.nfsprocCreate({ where, attributes: sattr() }, options);
    if (!('diropok' in made)) return made.status;
    const { uid, gid } = made.diropok.attributes;
    return [uid, gid];
  }

  async mkdir(dir: Buffer, name: string): Promise<Buffer> {
    const attributes = sattr({ mode: 0o777 });
    const made = await this.volume.nfs.nfsprocMkdir({ where: { dir, name }, attributes });
    if (!('diropok' in made)) throw new Error(`mkdir: ${made.status}`);
    return made.diropok.file;
  }
}

describe('who', () => {
  test('an address that no client of the export has may neither mount nor use a handle', async () => {
    const home = await new Exported().open('/home 10.0.0.0/8');
    const handle = await home.volume.mounted('/home', { address: inside });
    expect(await home.mnt('/home', { address: outside })).toBe(NFSERR_ACCES);
    expect(await home.getattr(handle, { address: inside })).toBe(NFS_OK);
    expect(await home.getattr(handle, { address: `::ffff:${inside}` })).toBe(NFS_OK);
    expect(await home.getattr(handle, { address: outside })).toBe(NFSERR_ACCES);
    expect(await home.getattr(Buffer.alloc(32), { address: outside })).toBe(NFSERR_STALE);
  });

  test('whoever may not mount is not told what is there', async () => {
    const home = await new Exported().open('/home 10.0.0.0/8');
    for (const path of ['/home/no', '/home/a', '/home/a/no/b']) {
      expect(await home.mnt(path, { address: outside })).toBe(NFSERR_ACCES);
    }
    expect(await home.mnt('/home/no', { address: inside })).toBe(NfsStat.NFSERR_NOENT);
  });

  test('the most specific client counts, in whatever order they are written', async () => {
    const home = await new Exported().open(`/home *(rw) 10.0.0.0/8 ${inside}(rw) 2001:db8::/32`);
    const dir = await home.volume.root();
    const may = async (address: string) =>
      (await home.create(dir, 'f', { address })) !== NFSERR_ROFS;
    expect(await may(outside)).toBe(true);
    expect(await may('10.9.9.9')).toBe(false);
    expect(await may(inside)).toBe(true);
    expect(await may('2001:db8::7')).toBe(false);
  });

  test('`secure` wants a port that is kept for root, or a gateway that knows the secret', async () => {
    const home = await new Exported().open('/home 10.0.0.0/8(secure)');
    const through = { address: inside, port: 40_000 };
    const statuses = await Promise.all(
      [
        { address: inside, port: 1_023 },
        through,
        // The client's own address and port are the gateway's word only.
        { address: outside, port: 1, relayedBy: { ...through, knowsSecret: true } },
        { address: outside, port: 1, relayedBy: { ...through, knowsSecret: false } },
        {
          address: inside,
          port: 1,
          relayedBy: { ...through, address: outside, knowsSecret: true },
        },
      ].map((options) => home.mnt('/home', options)),
    );
    expect(statuses).toEqual([NFS_OK, NFSERR_ACCES, NFS_OK, NFSERR_ACCES, NFSERR_ACCES]);
  });
});

describe('as whom', () => {
  test.each([
    ['', asRoot, [65_534, 65_534]],
    ['', as(0, 7), [65_534, 7]],
    ['', as(5, 0), [5, 65_534]],
    ['anonuid=70,anongid=71', asRoot, [70, 71]],
    ['no_root_squash', asRoot, [0, 0]],
    ['all_squash,anonuid=70', as(5), [70, 65_534]],
    ['anonuid=70,anongid=71', { flavor: 'AUTH_NONE' } as const, [70, 71]],
  ])('%s: %o makes files of %o', async (options, who, owner) => {
    const home = await new Exported().open(`/home/a *(rw,${options})`);
    const dir = await home.volume.mounted('/home/a');
    expect(await home.create(dir, 'f', { as: who })).toEqual(owner);
  });

  test('root_squash: the group of root among the supplementary ones counts for nothing', async () => {
    const home = await new Exported().open();
    const root = await home.volume.root().catch(() => undefined);
    expect(root).toBeUndefined();
    home.exports = exportsOf('/home *(rw,no_root_squash)');
    const dir = await home.volume.root();
    const group = { file: dir, attributes: sattr({ mode: 0o770 }) };
    await home.volume.nfs.nfsprocSetattr(group);
    const member = { as: as(5, 5, [0]) };
    expect(await home.create(dir, 'f', member)).toEqual([5, 5]);
    home.exports = exportsOf('/home *(rw)');
    expect(await home.create(dir, 'g', member)).toBe(NFSERR_ACCES);
  });

  test('root who is squashed may not give files away', async () => {
    const home = await new Exported().open('/home *(rw)');
    const file = await home.volume.mounted('/home/a');
    const chown = { file, attributes: sattr({ uid: 5 }) };
    expect((await home.volume.nfs.nfsprocSetattr(chown)).status).toBe(NFSERR_PERM);
  });
});

describe('what', () => {
  test('ro: procedures that change are ROFS, others work', async () => {
    const home = await new Exported().open('/home *(ro,no_root_squash)');
    const dir = await home.volume.root();
    const place = { dir, name: 'a' };
    const { nfs } = home.volume;
    const from = { from: place, to: { dir, name: 'c' } };
    expect([
      await nfs.nfsprocRemove(place),
      await nfs.nfsprocRmdir(place),
      await nfs.nfsprocRename(from),
      (await nfs.nfsprocSetattr({ file: dir, attributes: sattr({ mode: 0 }) })).status,
      await home.create(dir, 'f'),
    ]).toEqual(Array(5).fill(NFSERR_ROFS));
    expect((await nfs.nfsprocLookup(place)).status).toBe(NFS_OK);
    expect(await home.getattr(dir)).toBe(NFS_OK);
  });

  test('a sub-tree has rules of its own, for whoever mounts it or something below', async () => {
    const home = await new Exported().open('/home 10.0.0.0/8(rw)', '/home/a *(ro)');
    expect(await home.mnt('/home', { address: outside })).toBe(NFSERR_ACCES);
    const below = await home.volume.mounted('/home/a/b', { address: outside });
    expect(await home.create(below, 'f', { address: outside })).toBe(NFSERR_ROFS);
    expect(await home.create(below, 'f', { address: inside })).toBe(NFSERR_ROFS);
    const root = await home.volume.mounted('/home', { address: inside });
    expect(await home.getattr(root, { address: outside })).toBe(NFSERR_ACCES);
  });

  test('only a sub-tree is exported, by its name: another directory of that name is exported then', async () => {
    const home = await new Exported().open('/home/a/b *(rw)');
    expect(await home.mnt('/home')).toBe(NFSERR_ACCES);
    expect(await home.mnt('/home/a')).toBe(NFSERR_ACCES);
    const below = await home.volume.mounted('/home/a/b');
    expect(await home.getattr(below)).toBe(NFS_OK);
    const { exports } = home;
    home.exports = openExports;
    const dir = await home.volume.mounted('/home/a');
    const moved = { from: { dir, name: 'b' }, to: { dir, name: 'c' } };
    expect(await home.volume.nfs.nfsprocRename(moved)).toBe(NFS_OK);
    home.exports = exports;
    expect(await home.getattr(below)).toBe(NFSERR_ACCES);
    home.exports = openExports;
    expect(await home.volume.nfs.nfsprocRmdir({ dir, name: 'c' })).toBe(NFS_OK);
    home.exports = exports;
    expect(await home.getattr(below)).toBe(NFSERR_STALE);
  });

  test('what was moved out of a mounted sub-tree is there for its handles, but nothing above it', async () => {
    const home = await new Exported().open('/home *(rw,no_root_squash)', '/home/a *(rw)');
    const { nfs, nfs3 } = home.volume;
    const lookup = async (dir: Buffer, name: string): Promise<Buffer | number> => {
      const reply = await nfs.nfsprocLookup({ dir, name });
      const data = { dir: { data: dir }, name };
      const reply3 = await nfs3.nfsproc3Lookup({ what: data });
      const file = 'diropok' in reply ? reply.diropok.file : reply.status;
      expect('resok' in reply3 ? reply3.resok.object.data : reply3.status).toEqual(file);
      return file;
    };
    /** What READDIR and READDIRPLUS say that `.` and `..` are. */
    const dots = async (dir: Buffer) => {
      const from = { dir: { data: dir }, cookie: 0n, cookieverf: Buffer.alloc(8) };
      const replies = [
        await nfs.nfsprocReaddir({ dir, cookie: Buffer.alloc(4), count: 8192 }),
        await nfs3.nfsproc3Readdir({ ...from, count: 8192 }),
        await nfs3.nfsproc3Readdirplus({ ...from, dircount: 8192, maxcount: 8192 }),
      ];
      return replies.map((reply) => {
        const list = 'readdirok' in reply ? reply.readdirok : 'resok' in reply && reply.resok.reply;
        return list && list.entries.slice(0, 2).map(({ fileid }) => Number(fileid));
      });
    };
    const root = await home.volume.root();
    const a = (await lookup(root, 'a')) as Buffer;
    const inbox = await home.mkdir(root, 'inbox');
    const sub = await home.volume.mounted('/home/a');
    const b = (await lookup(sub, 'b')) as Buffer;
    const c = await home.mkdir(b, 'c');
    expect([await lookup(b, '..'), await lookup(c, '..')]).toEqual([sub, b]);
    const [inA, inInbox] = [a, inbox].map((dir) => ({ dir, name: 'b' }));
    expect(await nfs.nfsprocRename({ from: inA!, to: inInbox! })).toBe(NFS_OK);
    expect([await lookup(b, '..'), await lookup(c, '..')]).toEqual(Array(2).fill(NFSERR_STALE));
    expect([await lookup(b, 'c'), await lookup(b, '.')]).toEqual([c, b]);
    const ino = Number(b.readBigUInt64BE(8));
    expect(await dots(b)).toEqual(Array(3).fill([ino, ino]));
    // Whoever has mounted what it is in now goes up as ever; and so does everybody once it is back.
    expect(await lookup((await lookup(inbox, 'b')) as Buffer, '..')).toEqual(inbox);
    expect(await nfs.nfsprocRename({ from: inInbox!, to: inA! })).toBe(NFS_OK);
    expect(await lookup(b, '..')).toEqual(sub);
    expect(await dots(b)).toEqual(Array(3).fill([ino, Number(sub.readBigUInt64BE(8))]));
  });

  test('two handles under different rules: the call is refused, in neither name', async () => {
    const home = await new Exported().open('/home *(rw,no_root_squash)', '/home/a *(rw)');
    const root = { dir: await home.volume.root(), name: 'f' };
    const sub = { dir: await home.volume.mounted('/home/a'), name: 'f' };
    await home.create(root.dir, 'f');
    const { nfs } = home.volume;
    expect(await nfs.nfsprocRename({ from: root, to: sub })).toBe(xdev);
    expect(await nfs.nfsprocRename({ from: sub, to: root })).toBe(xdev);
    expect(await nfs.nfsprocLink({ from: root.dir, to: sub })).toBe(xdev);
    expect((await nfs.nfsprocLookup(sub)).status).toBe(NfsStat.NFSERR_NOENT);
    const { nfs3 } = home.volume;
    const [from, to] = [root, sub].map(({ dir, name }) => ({ dir: { data: dir }, name }));
    expect((await nfs3.nfsproc3Rename({ from: from!, to: to! })).status).toBe(xdev);
    expect((await nfs3.nfsproc3Link({ file: from!.dir, link: to! })).status).toBe(xdev);
  });

  test('another table is in force at the next call', async () => {
    const home = await new Exported().open('/home *(rw)');
    const dir = await home.volume.root();
    expect(await home.getattr(dir)).toBe(NFS_OK);
    home.exports = exportsOf('/home ::1');
    expect(await home.getattr(dir)).toBe(NFSERR_ACCES);
  });
});

test('a call that comes again gets its registered reply, whatever the exports say by then', async () => {
  let exports = openExports;
  const services = createFileSystemServices({ random: seededRandom(1), exports: () => exports });
  const volume = new TestVolume();
  const holder = await volume.claim({ alias: 'home', services });
  await holder.server.executor.run((context) => services.initialise?.(context));
  const client = volume.connection();
  const { program, procedures } = MountProgramV1;
  const mnt = async (xid: number) => {
    const call = { program, procedure: procedures.mountprocMnt, args: '/home', xid };
    return (await volume.ask(holder, client, call))?.results;
  };
  const first = await mnt(1);
  expect(first?.readUInt32BE(0)).toBe(NFS_OK);
  exports = exportsOf('/home ::1');
  client.replies.clear();
  expect(await mnt(1)).toEqual(first);
  expect((await mnt(2))?.readUInt32BE(0)).toBe(NFSERR_ACCES);
});

test('RFC 1094 §A.5.6 EXPORT: each directory with its clients as they were written', async () => {
  const { volume } = await new Exported().open('/home * 10.0.0.0/8(rw)', '/home/a/b ::1');
  expect(await volume.mount.mountprocExport(undefined)).toEqual([
    { directory: '/home', groups: [{ group: '10.0.0.0/8' }, { group: '*' }] },
    { directory: '/home/a/b', groups: [{ group: '::1' }] },
  ]);
});
