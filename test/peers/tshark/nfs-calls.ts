import { NFSMODE_REG, type NfsProgramV2Client } from '../../../protocol/generated/nfs2.ts';
import {
  Createmode3,
  type CREATE3res,
  Ftype3,
  type NfsFh3,
  type NfsProgramV3Client,
  StableHow,
} from '../../../protocol/generated/nfs3.ts';
import { sattr3 } from '../../../server/nfs3/testing/nfs3-world.ts';
import { sattr } from '../../../server/testing/service-volume.ts';

/*
 * Every procedure of NFS, with arguments of every kind. With the handle of a root all goes well; with one that is stale
 * all fails, which is the other half of what replies look like.
 */

const time = { seconds: 1_000_000_000, nanoseconds: 123_456_789 };
const attributes = { mode: 0o644, uid: 0, gid: 0, atime: time, mtime: 'now' as const };

export async function callNfs2(nfs: NfsProgramV2Client, root: Buffer, name: string): Promise<void> {
  const sent = sattr({ mode: 0o755 });
  const place = (suffix: string) => ({ dir: root, name: `${name}-${suffix}` });
  await nfs.nfsprocNull();
  await nfs.nfsprocRoot();
  await nfs.nfsprocWritecache();
  await nfs.nfsprocGetattr(root);
  await nfs.nfsprocMkdir({ where: place('d'), attributes: sent });
  const create = { where: place('f'), attributes: sattr({ mode: NFSMODE_REG | 0o644 }) };
  const made = await nfs.nfsprocCreate(create);
  const file = 'diropok' in made ? made.diropok.file : root;
  const data = Buffer.alloc(8_192, 'data');
  await nfs.nfsprocSetattr({ file, attributes: sattr({ size: 10 }) });
  await nfs.nfsprocWrite({ file, beginoffset: 0, offset: 3, totalcount: 0, data });
  await nfs.nfsprocRead({ file, offset: 0, count: 8_192, totalcount: 0 });
  await nfs.nfsprocLookup(place('f'));
  await nfs.nfsprocLink({ from: file, to: place('g') });
  await nfs.nfsprocSymlink({ from: place('l'), to: '../target', attributes: sent });
  const link = await nfs.nfsprocLookup(place('l'));
  await nfs.nfsprocReadlink('diropok' in link ? link.diropok.file : root);
  await nfs.nfsprocRename({ from: place('g'), to: place('h') });
  await nfs.nfsprocReaddir({ dir: root, cookie: Buffer.alloc(4), count: 4_096 });
  await nfs.nfsprocStatfs(root);
  await nfs.nfsprocRemove(place('h'));
  await nfs.nfsprocRmdir(place('d'));
}

/** `transferBytes`: of the largest WRITE and READ. */
export async function callNfs3(
  nfs: NfsProgramV3Client,
  root: NfsFh3,
  name: string,
  transferBytes: number,
): Promise<void> {
  const place = (suffix: string) => ({ dir: root, name: `${name}-${suffix}` });
  await nfs.nfsproc3Null();
  await nfs.nfsproc3Fsinfo({ fsroot: root });
  await nfs.nfsproc3Fsstat({ fsroot: root });
  await nfs.nfsproc3Pathconf({ object: root });
  await nfs.nfsproc3Getattr({ object: root });
  await nfs.nfsproc3Access({ object: root, access: 0x3f });
  await nfs.nfsproc3Mkdir({ where: place('d'), attributes: sattr3(attributes) });
  const objAttributes = sattr3({ ...attributes, size: 5 });
  const made = await nfs.nfsproc3Create({
    where: place('f'),
    how: { mode: Createmode3.GUARDED, objAttributes },
  });
  await nfs.nfsproc3Create({
    where: place('f'),
    how: { mode: Createmode3.UNCHECKED, objAttributes },
  });
  const exclusive = { mode: Createmode3.EXCLUSIVE, verf: Buffer.from('verifier') };
  await nfs.nfsproc3Create({ where: place('e'), how: exclusive });
  const file = handleOf(made) ?? root;
  await callForData(nfs, file, transferBytes);
  const symlink = { symlinkAttributes: sattr3(attributes), symlinkData: '../target' };
  const link = await nfs.nfsproc3Symlink({ where: place('l'), symlink });
  await nfs.nfsproc3Readlink({ symlink: handleOf(link) ?? root });
  const device = {
    devAttributes: sattr3(attributes),
    spec: { specdata1: 8, specdata2: 1 },
  };
  await nfs.nfsproc3Mknod({ where: place('b'), what: { type: Ftype3.NF3BLK, device } });
  const fifo = { type: Ftype3.NF3FIFO, pipeAttributes: sattr3(attributes) };
  await nfs.nfsproc3Mknod({ where: place('p'), what: fifo });
  await nfs.nfsproc3Lookup({ what: place('f') });
  await nfs.nfsproc3Link({ file, link: place('g') });
  await nfs.nfsproc3Rename({ from: place('g'), to: place('h') });
  const from = { dir: root, cookie: 0n, cookieverf: Buffer.alloc(8) };
  await nfs.nfsproc3Readdir({ ...from, count: 8_192 });
  await nfs.nfsproc3Readdirplus({ ...from, dircount: 1_024, maxcount: 8_192 });
  await nfs.nfsproc3Remove({ object: place('h') });
  await nfs.nfsproc3Rmdir({ object: place('d') });
}

async function callForData(
  nfs: NfsProgramV3Client,
  file: NfsFh3,
  transferBytes: number,
): Promise<void> {
  const got = await nfs.nfsproc3Getattr({ object: file });
  const objCtime = 'resok' in got ? got.resok.objAttributes.ctime : { seconds: 0, nseconds: 0 };
  const guards = [{ check: true, objCtime }, { check: false }] as const;
  for (const guard of guards) {
    await nfs.nfsproc3Setattr({ object: file, newAttributes: sattr3(attributes), guard });
  }
  const data = Buffer.alloc(transferBytes, 'data');
  const written = { file, offset: 2n ** 33n, count: data.length, data };
  await nfs.nfsproc3Write({ ...written, stable: StableHow.UNSTABLE });
  await nfs.nfsproc3Read({ file, offset: 2n ** 33n, count: transferBytes });
  await nfs.nfsproc3Commit({ file, offset: 0n, count: 0 });
}

function handleOf(reply: CREATE3res): NfsFh3 | undefined {
  return 'resok' in reply && reply.resok.obj.handleFollows ? reply.resok.obj.handle : undefined;
}
