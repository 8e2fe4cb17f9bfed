import { describe, expect, test } from 'vitest';
import {
  ACCESS3_DELETE,
  ACCESS3_EXECUTE,
  ACCESS3_EXTEND,
  ACCESS3_LOOKUP,
  ACCESS3_MODIFY,
  ACCESS3_READ,
  FSF3_CANSETTIME,
  FSF3_HOMOGENEOUS,
  FSF3_LINK,
  FSF3_SYMLINK,
  type NfsFh3,
  Nfsstat3,
} from '../../protocol/generated/nfs3.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { ServiceTable } from '../../pa/server/service-table.ts';
import type { Credential } from '../../rpc/auth.ts';
import { parseExports } from '../exports/parse-exports.ts';
import { openExports } from '../exports/volume-exports.ts';
import { as, asRoot, ServiceVolume } from '../testing/service-volume.ts';
import { createFileSystemServices } from '../volume.ts';
import { madeBy, nfs3World, resokOf } from './testing/nfs3-world.ts';

const world = nfs3World();

describe('RFC 1813 §3.3.4 ACCESS', () => {
  const all = 0x3f;
  const access = async (object: NfsFh3, who: Credential, asked = all) =>
    resokOf(await world.volume.nfs3.nfsproc3Access({ object, access: asked }, { as: who })).access;

  test('a file: what the mode says, for the owner too; root may not execute what nobody may', async () => {
    const { file } = madeBy(await world.create('f', { mode: 0o465 }, as(1, 7)));
    const write = ACCESS3_MODIFY | ACCESS3_EXTEND;
    expect(await access(file, as(1))).toBe(ACCESS3_READ);
    expect(await access(file, as(2, 9, [7]))).toBe(ACCESS3_READ | write);
    expect(await access(file, as(2))).toBe(ACCESS3_READ | ACCESS3_EXECUTE);
    expect(await access(file, asRoot)).toBe(ACCESS3_READ | write | ACCESS3_EXECUTE);
    expect(await access(file, asRoot, ACCESS3_MODIFY | 0xffc0)).toBe(ACCESS3_MODIFY);
    await world.setattr(file, { mode: 0o600 });
    expect(await access(file, asRoot)).toBe(ACCESS3_READ | write);
  });

  test('a directory: names change with write and search', async () => {
    const { file } = madeBy(await world.mkdir('d', { mode: 0o425 }, as(1, 7)));
    const change = ACCESS3_MODIFY | ACCESS3_EXTEND | ACCESS3_DELETE;
    expect(await access(file, as(1))).toBe(ACCESS3_READ);
    expect(await access(file, as(2, 7))).toBe(0);
    expect(await access(file, as(2))).toBe(ACCESS3_READ | ACCESS3_LOOKUP);
    expect(await access(file, asRoot)).toBe(ACCESS3_READ | change | ACCESS3_LOOKUP);
  });
});

test('a read-only export: ACCESS grants no change, and changes are ROFS', async () => {
  const text = '/home *(ro)';
  const exports = parseExports([{ name: 'exports', text }], ['home']).get('home') ?? openExports;
  await world.open(new ServiceVolume({ exports: () => exports }));
  const { nfs3 } = world.volume;
  const { access } = resokOf(await nfs3.nfsproc3Access({ object: world.root, access: 0x3f }));
  expect(access).toBe(ACCESS3_READ | ACCESS3_LOOKUP);
  expect((await world.create('f')).status).toBe(Nfsstat3.NFS3ERR_ROFS);
});

describe('RFC 1813 §3.3.18 FSSTAT', () => {
  const fsstat = async () =>
    resokOf(await world.volume.nfs3.nfsproc3Fsstat({ fsroot: world.root }));

  test('tells the numbers of the disk', async () => {
    expect(await fsstat()).toMatchObject({
      ...{ tbytes: 1_000_000_000n, fbytes: 400_000_000n, abytes: 300_000_000n, invarsec: 0 },
      tfiles: 1n + 300_000_000n / 4096n,
    });
  });

  test('tells those of the quota where it is the tighter limit', async () => {
    await world.open(new ServiceVolume({ quotaBytes: 10_000, quotaInodes: 5 }));
    const { file } = madeBy(await world.create('f'));
    await world.write(file, 0, 'x'.repeat(1000));
    expect(await fsstat()).toMatchObject({
      ...{ tbytes: 10_000n, fbytes: 9000n, abytes: 9000n },
      ...{ tfiles: 5n, ffiles: 3n, afiles: 3n },
    });
  });
});

describe('RFC 1813 §3.3.19 FSINFO and §3.3.20 PATHCONF', () => {
  test('transfers of 1 MiB over TCP, and what a datagram holds over UDP', async () => {
    const fsinfo = async (transport: 'tcp' | 'udp') =>
      resokOf(await world.volume.nfs3.nfsproc3Fsinfo({ fsroot: world.root }, { transport }));
    const tcp = await fsinfo('tcp');
    expect(tcp).toMatchObject({ rtmax: 2 ** 20, wtmax: 2 ** 20, dtpref: 65_536 });
    expect(tcp).toMatchObject({
      maxfilesize: 2n ** 45n,
      timeDelta: { seconds: 0, nseconds: 1000 },
    });
    expect(tcp.properties).toBe(FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME);
    const udp = await fsinfo('udp');
    expect([udp.rtmax, udp.wtmax, udp.rtpref, udp.wtpref, udp.dtpref]).toEqual(
      Array.from({ length: 5 }, () => 32_768),
    );
  });

  test('names of 255 bytes, never cut, case matters; only root gives files away', async () => {
    const reply = resokOf(await world.volume.nfs3.nfsproc3Pathconf({ object: world.root }));
    expect(reply).toMatchObject({
      ...{ linkmax: 2 ** 31 - 1, nameMax: 255, noTrunc: true, chownRestricted: true },
      ...{ caseInsensitive: false, casePreserving: true },
      objAttributes: { attributes: await world.getattr(world.root) },
    });
  });
});

test('version 4 is a mismatch; NFSACL, which Linux asks for, is no program here', () => {
  const { services } = createFileSystemServices({ random: seededRandom(1) });
  const table = new ServiceTable(services);
  const mismatch = { status: 'PROG_MISMATCH', low: 2, high: 3 };
  expect(table.find(100_003, 4, 0)).toEqual({ kind: 'unavailable', outcome: mismatch });
  const unavailable = { status: 'PROG_UNAVAIL' };
  expect(table.find(100_227, 3, 0)).toEqual({ kind: 'unavailable', outcome: unavailable });
});
