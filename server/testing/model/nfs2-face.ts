import {
  type Diropres,
  type Fattr,
  NFSMODE_BLK,
  NFSMODE_CHR,
  NFSMODE_DIR,
  NFSMODE_FIFO,
  NFSMODE_FMT,
  NFSMODE_LNK,
  NFSMODE_REG,
  NFSMODE_SOCK,
  NfsStat,
  type NfsTime,
  type Sattr,
} from '../../../protocol/generated/nfs2.ts';
import type { Credential } from '../../../rpc/auth.ts';
import type { SetAttributes, TimeChange } from '../../file-system/attributes.ts';
import type { FailureStatus } from '../../file-system/status.ts';
import { deviceOf, deviceWord } from '../../nfs2/device.ts';
import { failed } from '../../nfs2/status.ts';
import { asRoot, sattr, type ServiceVolume } from '../service-volume.ts';
import type { Face, Make, Page, Place, Seen, SeenAttributes } from './face.ts';

const typeBits: Readonly<Record<SeenAttributes['type'], number>> = {
  regular: NFSMODE_REG,
  directory: NFSMODE_DIR,
  symlink: NFSMODE_LNK,
  character: NFSMODE_CHR,
  block: NFSMODE_BLK,
  fifo: NFSMODE_FIFO,
  socket: NFSMODE_SOCK,
};
const types = new Map(
  Object.entries(typeBits).map(([type, bits]) => [bits, type as SeenAttributes['type']]),
);
/** Holds a few entries, and the longest name. */
const pageBytes = 330;

/** NFS version 2. It knows no guarded or exclusive CREATE, and most of its replies are a status. */
export function nfs2Face(volume: ServiceVolume): Face {
  const { nfs } = volume;
  return {
    version: 2,
    number: (status) =>
      status === 'ok' ? NfsStat.NFS_OK : failed({ status: status as FailureStatus }).status,
    lookup: async (who, place) => seenMade(await nfs.nfsprocLookup(place, { as: who })),
    make: (who, place, make) => makeThing(volume, who, place, make),
    async remove(who, place, asDirectory) {
      const args = [place, { as: who }] as const;
      return {
        status: await (asDirectory ? nfs.nfsprocRmdir(...args) : nfs.nfsprocRemove(...args)),
      };
    },
    async rename(who, from, to) {
      return { status: await nfs.nfsprocRename({ from, to }, { as: who }) };
    },
    async link(who, file, place) {
      return { status: await nfs.nfsprocLink({ from: file, to: place }, { as: who }) };
    },
    async setAttributes(who, file, asked) {
      const args = { file, attributes: sattrOf(asked) };
      return seenAttributes(await nfs.nfsprocSetattr(args, { as: who }));
    },
    async write(who, file, offset, data) {
      const args = { file, beginoffset: 0, offset, totalcount: 0, data };
      return seenAttributes(await nfs.nfsprocWrite(args, { as: who }));
    },
    async read(who, file) {
      const args = { file, offset: 0, count: 8192, totalcount: 0 };
      const reply = await nfs.nfsprocRead(args, { as: who });
      if (!('readok' in reply)) return reply;
      const { attributes, data } = reply.readok;
      return { status: reply.status, attributes: attributesOf(attributes), data };
    },
    getAttributes: async (handle) => seenAttributes(await nfs.nfsprocGetattr(handle)),
    list: (dir, after) => listPage(volume, dir, after),
  };
}

async function makeThing(
  { nfs }: ServiceVolume,
  who: Credential,
  place: Place,
  make: Make,
): Promise<Seen> {
  if (make.type === 'regular' && make.how !== 'unchecked') throw new Error('not in version 2');
  const attributes = sattrOf(make.asked);
  const options = { as: who };
  switch (make.type) {
    case 'directory':
      return seenMade(await nfs.nfsprocMkdir({ where: place, attributes }, options));
    case 'symlink': {
      const args = { from: place, to: make.target, attributes };
      return { status: await nfs.nfsprocSymlink(args, options) };
    }
    case 'regular':
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket': {
      const mode = typeBits[make.type] | (make.asked.mode ?? 0o644);
      const size = 'device' in make ? deviceWord(make.device) : attributes.size;
      const args = { where: place, attributes: { ...attributes, mode, size } };
      return seenMade(await nfs.nfsprocCreate(args, options));
    }
  }
}

async function listPage({ nfs }: ServiceVolume, dir: Buffer, after: number): Promise<Page> {
  const cookie = Buffer.alloc(4);
  cookie.writeUInt32BE(after);
  const reply = await nfs.nfsprocReaddir({ dir, cookie, count: pageBytes }, { as: asRoot });
  if (!('readdirok' in reply)) throw new Error(`status ${reply.status}`);
  const { entries, eof } = reply.readdirok;
  return {
    entries: entries.map((entry) => ({
      name: entry.name,
      ino: entry.fileid,
      cookie: entry.cookie.readUInt32BE(),
    })),
    eof,
  };
}

function seenMade(reply: Diropres): Seen {
  if (!('diropok' in reply)) return reply;
  const { file, attributes } = reply.diropok;
  return { status: reply.status, handle: file, attributes: attributesOf(attributes) };
}

function seenAttributes(reply: { readonly status: NfsStat; readonly attributes?: Fattr }): Seen {
  const { status, attributes } = reply;
  return attributes === undefined ? { status } : { status, attributes: attributesOf(attributes) };
}

function attributesOf(fattr: Fattr): SeenAttributes {
  const { uid, gid, nlink, size, fileid } = fattr;
  const type = types.get(fattr.mode & NFSMODE_FMT);
  if (type === undefined) throw new Error(`mode ${fattr.mode.toString(8)}`);
  const isDevice = type === 'character' || type === 'block';
  const device = isDevice ? deviceOf(fattr.rdev) : { major: 0, minor: 0 };
  return { type, ino: fileid, mode: fattr.mode & 0o7777, uid, gid, nlink, size, device };
}

function sattrOf({ mode, uid, gid, size, atime, mtime }: SetAttributes): Sattr {
  return sattr({
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(size === undefined ? {} : { size }),
    ...(atime === undefined ? {} : { atime: timeOf(atime) }),
    ...(mtime === undefined ? {} : { mtime: timeOf(mtime) }),
  });
}

function timeOf(time: TimeChange): NfsTime {
  return time === 'now'
    ? { seconds: 0, useconds: 1_000_000 }
    : { seconds: time.seconds, useconds: Math.floor(time.nanoseconds / 1000) };
}
