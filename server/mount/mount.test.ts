import { beforeEach, describe, expect, test } from 'vitest';
import {
  MountProgramV1,
  MountProgramV2,
  MountProgramV2Client,
  MountProgramV3,
} from '../../protocol/generated/mount.ts';
import { parseExports } from '../exports/parse-exports.ts';
import { ServiceVolume, sattr } from '../testing/service-volume.ts';
import { mountsPerHostMax } from './mount-records.ts';

let volume: ServiceVolume;

beforeEach(() => {
  volume = new ServiceVolume();
});

const [noEntry, notDirectory] = [2, 20];

async function makeTree(): Promise<void> {
  const dir = await volume.root();
  const attributes = sattr({ mode: 0o700 });
  const made = await volume.nfs.nfsprocMkdir({ where: { dir, name: 'a' }, attributes });
  if (!('diropok' in made)) throw new Error('no directory');
  const a = made.diropok.file;
  await volume.nfs.nfsprocMkdir({ where: { dir: a, name: 'b' }, attributes });
  await volume.nfs.nfsprocCreate({ where: { dir: a, name: 'f' }, attributes });
  const from = { dir: a, name: 'l' };
  await volume.nfs.nfsprocSymlink({ from, to: 'b', attributes });
  await volume.mount.mountprocUmntall(undefined);
}

describe('RFC 1094 §A.5.2 MNT', () => {
  test('gives the root for the alias and for `/`', async () => {
    const root = await volume.root();
    for (const path of ['/', '/home', '//home/']) {
      expect(await volume.mount.mountprocMnt(path)).toEqual({ status: 0, directory: root });
    }
  });

  test('gives a directory below, to anybody, with itself as the export root', async () => {
    await makeTree();
    const dir = await volume.mounted('/home/a/b', { as: { flavor: 'AUTH_NONE' } });
    const found = await volume.nfs.nfsprocLookup({ dir, name: '..' });
    if (!('diropok' in found)) throw new Error('no parent');
    expect(found.diropok.file).toEqual(dir);
  });

  test('statuses are error numbers: NOENT, NOTDIR', async () => {
    await makeTree();
    for (const path of ['/other', 'home', '', '/home/no', '/home/a/no/b']) {
      expect(await volume.mount.mountprocMnt(path)).toEqual({ status: noEntry });
    }
    for (const path of ['/home/a/f', '/home/a/l', '/home/a/f/x']) {
      expect(await volume.mount.mountprocMnt(path)).toEqual({ status: notDirectory });
    }
  });
});

describe('RFC 1094 §A.5.3 DUMP, §A.5.4 UMNT, §A.5.5 UMNTALL', () => {
  const dump = async () =>
    (await volume.mount.mountprocDump(undefined)).map(
      ({ hostname, directory }) => `${hostname}:${directory}`,
    );

  test('lists each host with what it has mounted, once', async () => {
    await makeTree();
    for (const address of ['10.0.0.2', '10.0.0.1', '10.0.0.1']) {
      await volume.mount.mountprocMnt('/home', { address });
    }
    await volume.mount.mountprocMnt('/home/a', { address: '10.0.0.1' });
    await volume.mount.mountprocMnt('/home/no', { address: '10.0.0.1' });
    const first = ['10.0.0.1:/home', '10.0.0.1:/home/a'];
    expect(await dump()).toEqual([...first, '10.0.0.2:/home']);
    await volume.mount.mountprocUmnt('/home', { address: '10.0.0.2' });
    await volume.mount.mountprocUmnt('/never', { address: '10.0.0.2' });
    expect(await dump()).toEqual(first);
    await volume.mount.mountprocUmntall(undefined, { address: '10.0.0.1' });
    await volume.mount.mountprocUmntall(undefined, { address: '10.0.0.1' });
    expect(await dump()).toEqual([]);
  });

  test('the list is durable: a server that takes over has it', async () => {
    await volume.mount.mountprocMnt('/home', { address: '10.0.0.1' });
    volume.initialise();
    expect(await dump()).toEqual(['10.0.0.1:/home']);
  });

  test('the list is bounded, mounting is not', async () => {
    for (let count = 0; count <= mountsPerHostMax; count += 1) {
      const path = `/home${'/'.repeat(count)}`;
      expect(await volume.mount.mountprocMnt(path)).toMatchObject({ status: 0 });
    }
    expect(await dump()).toHaveLength(mountsPerHostMax);
  });

  test('a disk that is nearly full: clients mount, nobody writes it down', async () => {
    volume.state = { ...volume.state, admitsGrowth: false };
    expect(await volume.mount.mountprocMnt('/home')).toMatchObject({ status: 0 });
    expect(await dump()).toEqual([]);
  });
});

test('RFC 1094 §A.5.1 NULL and §A.5.6 EXPORT: without any exports, the volume, for everybody', async () => {
  await volume.mount.mountprocNull(undefined);
  expect(await volume.mount.mountprocExport(undefined)).toEqual([
    { directory: '/home', groups: [{ group: '*' }] },
  ]);
});

describe('RFC 1813 §I.5.2.1 MNT, version 3', () => {
  test('gives the same handle, and the flavours of credentials that are taken', async () => {
    await makeTree();
    for (const path of ['/home', '/home/a/b']) {
      expect(await volume.mount3.mountproc3Mnt(path)).toEqual({
        fhsStatus: 0,
        mountinfo: { fhandle: await volume.mounted(path), authFlavors: [1, 0] },
      });
    }
    expect(await volume.mount3.mountproc3Dump(undefined)).toHaveLength(2);
    await volume.mount3.mountproc3Umnt('/home');
    expect(await volume.mount.mountprocDump(undefined)).toEqual([
      { hostname: '127.0.0.1', directory: '/home/a/b' },
    ]);
  });

  test('statuses of its own: NOENT, ACCES, NOTDIR, NAMETOOLONG', async () => {
    const exports = parseExports([{ name: 'e', text: '/home 10.0.0.0/8' }], ['home']).get('home')!;
    volume = new ServiceVolume({ exports: () => exports });
    const status = async (path: string, address = '10.0.0.1') =>
      (await volume.mount3.mountproc3Mnt(path, { address })).fhsStatus;
    expect(await status('/home', '192.0.2.1')).toBe(13);
    expect(await status('/home/no')).toBe(2);
    expect(await status(`/home/${'n'.repeat(256)}`)).toBe(63);
    expect(await status('/home/\0')).toBe(13);
    volume = new ServiceVolume();
    await makeTree();
    expect(await status('/home/a/f')).toBe(20);
  });
});

test('MOUNT version 2 is version 1 with PATHCONF', async () => {
  const mount = new MountProgramV2Client(volume);
  expect(await mount.mountprocMnt('/home')).toEqual(await volume.mount.mountprocMnt('/home'));
  const limits = { nameMax: 255, pathMax: 1024, linkMax: 2 ** 31 - 1 };
  expect(await mount.mountprocPathconf('/home')).toMatchObject({ ...limits, mask: [0x280, 0] });
  expect((await mount.mountprocPathconf('/no')).mask).toEqual([1, 0]);
});

test.each([MountProgramV1, MountProgramV2, MountProgramV3])(
  '$versionName: procedures that change the list are registered',
  (version) => {
    const changing = Object.keys(version.procedures).filter(
      (name) => !volume.isReading(version, name),
    );
    expect(changing.map((name) => name.replace(/^mountproc3?/, ''))).toEqual([
      'Mnt',
      'Umnt',
      'Umntall',
    ]);
  },
);
