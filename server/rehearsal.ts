import { MountProgramV3Client } from '../protocol/generated/mount.ts';
import { NFS_DONT_SET, NfsProgramV2Client, type Sattr } from '../protocol/generated/nfs2.ts';
import {
  Createmode3,
  NfsProgramV3Client,
  type PostOpFh3,
  type Sattr3,
  StableHow,
  TimeHow,
} from '../protocol/generated/nfs3.ts';
import { authSys } from '../rpc/auth.ts';
import type { CallChannel } from '../rpc/client/call-channel.ts';
import { type RpcCallOptions, RpcClient } from '../rpc/client/rpc-client.ts';

const roundsPerClient = 8;
const contentBytes = 8_192;

const credential = authSys({ machineName: 'rehearsal', uid: 0, gid: 0, gids: [] });

const unset = { seconds: NFS_DONT_SET, useconds: NFS_DONT_SET };
const attributes2: Sattr = {
  mode: 0o600,
  uid: NFS_DONT_SET,
  gid: NFS_DONT_SET,
  size: NFS_DONT_SET,
  atime: unset,
  mtime: unset,
};

const attributes3: Sattr3 = {
  mode: { setIt: true, mode: 0o600 },
  uid: { setIt: false },
  gid: { setIt: false },
  size: { setIt: false },
  atime: { setIt: TimeHow.DONT_CHANGE },
  mtime: { setIt: TimeHow.DONT_CHANGE },
};

/**
 * What clients do with a volume, over a copy of it that nobody will see: make files, write, read, look, rename, remove. Rejects
 * where the exports let nobody in.
 */
export async function rehearseFileSystem(
  alias: string,
  clients: readonly CallChannel[],
): Promise<void> {
  await Promise.all(clients.map((channel, index) => useVolume(alias, channel, index)));
}

async function useVolume(alias: string, channel: CallChannel, index: number): Promise<void> {
  const client = new RpcClient(channel, { credential });
  const nfs2 = new NfsProgramV2Client<RpcCallOptions>(client);
  const nfs3 = new NfsProgramV3Client<RpcCallOptions>(client);
  const mounted = await new MountProgramV3Client<RpcCallOptions>(client).mountproc3Mnt(`/${alias}`);
  if (!('mountinfo' in mounted)) throw new Error(`/${alias} is not exported to this machine`);
  const root = Buffer.from(mounted.mountinfo.fhandle);
  for (let round = 0; round < roundsPerClient; round += 1) {
    const name = `.rehearsal-${index}-${round}`;
    if (round % 2 === 0) await useVersion2(nfs2, root, name);
    else await useVersion3(nfs3, { data: root }, name);
  }
}

async function useVersion2(
  nfs: NfsProgramV2Client<RpcCallOptions>,
  dir: Buffer,
  name: string,
): Promise<void> {
  const where = { dir, name };
  const created = await nfs.nfsprocCreate({ where, attributes: attributes2 });
  if (!('diropok' in created)) return;
  const { file } = created.diropok;
  const data = Buffer.alloc(contentBytes, name);
  await nfs.nfsprocWrite({ file, beginoffset: 0, offset: 0, totalcount: 0, data });
  await nfs.nfsprocRead({ file, offset: 0, count: contentBytes, totalcount: 0 });
  await nfs.nfsprocGetattr(file);
  await nfs.nfsprocLookup(where);
  await nfs.nfsprocSetattr({ file, attributes: attributes2 });
  const renamed = { dir, name: `${name}-renamed` };
  await nfs.nfsprocRename({ from: where, to: renamed });
  await nfs.nfsprocRemove(renamed);
}

async function useVersion3(
  nfs: NfsProgramV3Client<RpcCallOptions>,
  dir: { readonly data: Buffer },
  name: string,
): Promise<void> {
  const how = { mode: Createmode3.UNCHECKED, objAttributes: attributes3 };
  const created = await nfs.nfsproc3Create({ where: { dir, name }, how });
  if (!('resok' in created)) return;
  const file = handleOf(created.resok.obj);
  const data = Buffer.alloc(contentBytes, name);
  const stable = StableHow.FILE_SYNC;
  await nfs.nfsproc3Write({ file, offset: 0n, count: contentBytes, stable, data });
  await nfs.nfsproc3Read({ file, offset: 0n, count: contentBytes });
  await nfs.nfsproc3Getattr({ object: file });
  await nfs.nfsproc3Lookup({ what: { dir, name } });
  await nfs.nfsproc3Access({ object: file, access: 1 });
  await nfs.nfsproc3Setattr({ object: file, newAttributes: attributes3, guard: { check: false } });
  const renamed = `${name}-renamed`;
  await nfs.nfsproc3Rename({ from: { dir, name }, to: { dir, name: renamed } });
  await nfs.nfsproc3Remove({ object: { dir, name: renamed } });
}

function handleOf(found: PostOpFh3): { readonly data: Buffer } {
  if (!found.handleFollows) throw new Error('CREATE gives the handle');
  return { data: found.handle.data };
}
