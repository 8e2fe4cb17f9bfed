import {
  Createmode3,
  type CREATE3res,
  type Fattr3,
  Ftype3,
  Nfsstat3,
  type Nfstime3,
  type PostOpAttr,
  StableHow,
  type WccData,
} from '../../../protocol/generated/nfs3.ts';
import type { Credential } from '../../../rpc/auth.ts';
import type { Time } from '../../file-system/time.ts';
import { statusOf } from '../../nfs3/status.ts';
import { sattr3 } from '../../nfs3/testing/nfs3-world.ts';
import { asRoot, type ServiceVolume } from '../service-volume.ts';
import type { Face, Make, Page, Place, Seen, SeenAttributes, SeenChange } from './face.ts';

const types: Readonly<Record<Ftype3, SeenAttributes['type']>> = {
  [Ftype3.NF3REG]: 'regular',
  [Ftype3.NF3DIR]: 'directory',
  [Ftype3.NF3BLK]: 'block',
  [Ftype3.NF3CHR]: 'character',
  [Ftype3.NF3LNK]: 'symlink',
  [Ftype3.NF3SOCK]: 'socket',
  [Ftype3.NF3FIFO]: 'fifo',
};
/** Holds a few entries with all that READDIRPLUS says of them, and the longest name. */
const pageBytes = 900;

/** NFS version 3. */
export function nfs3Face(volume: ServiceVolume): Face {
  const { nfs3 } = volume;
  return {
    version: 3,
    number: (status) => (status === 'ok' ? Nfsstat3.NFS3_OK : statusOf({ status })),
    async lookup(who, { dir, name }) {
      const args = { what: { dir: { data: dir }, name } };
      const reply = await nfs3.nfsproc3Lookup(args, { as: who });
      if (!('resok' in reply)) {
        return seen(reply.status, [postOp(dir, reply.resfail.dirAttributes)]);
      }
      const { object, objAttributes, dirAttributes } = reply.resok;
      const found = { handle: object.data, ...followed(objAttributes) };
      return { ...seen(reply.status, [postOp(dir, dirAttributes)]), ...found };
    },
    make: (who, place, make) => makeThing(volume, who, place, make),
    async remove(who, { dir, name }, asDirectory) {
      const args = [{ object: { dir: { data: dir }, name } }, { as: who }] as const;
      const reply = await (asDirectory
        ? nfs3.nfsproc3Rmdir(...args)
        : nfs3.nfsproc3Remove(...args));
      const { dirWcc } = 'resok' in reply ? reply.resok : reply.resfail;
      return seen(reply.status, [changeOf(dir, dirWcc)]);
    },
    async rename(who, from, to) {
      const [fromDir, toDir] = [{ data: from.dir }, { data: to.dir }];
      const names = { from: { dir: fromDir, name: from.name }, to: { dir: toDir, name: to.name } };
      const reply = await nfs3.nfsproc3Rename(names, { as: who });
      const { fromdirWcc, todirWcc } = 'resok' in reply ? reply.resok : reply.resfail;
      return seen(reply.status, [changeOf(from.dir, fromdirWcc), changeOf(to.dir, todirWcc)]);
    },
    async link(who, file, { dir, name }) {
      const args = { file: { data: file }, link: { dir: { data: dir }, name } };
      const reply = await nfs3.nfsproc3Link(args, { as: who });
      const { fileAttributes, linkdirWcc } = 'resok' in reply ? reply.resok : reply.resfail;
      return seen(reply.status, [postOp(file, fileAttributes), changeOf(dir, linkdirWcc)]);
    },
    async setAttributes(who, handle, asked, guard) {
      const args = {
        object: { data: handle },
        newAttributes: sattr3(asked),
        guard:
          guard === undefined
            ? ({ check: false } as const)
            : ({ check: true, objCtime: wireTime(guard) } as const),
      };
      const reply = await nfs3.nfsproc3Setattr(args, { as: who });
      const { objWcc } = 'resok' in reply ? reply.resok : reply.resfail;
      return seen(reply.status, [changeOf(handle, objWcc)]);
    },
    async write(who, file, offset, data) {
      const transfer = { offset: BigInt(offset), count: data.length, data };
      const args = { file: { data: file }, stable: StableHow.UNSTABLE, ...transfer };
      const reply = await nfs3.nfsproc3Write(args, { as: who });
      const { fileWcc } = 'resok' in reply ? reply.resok : reply.resfail;
      const written = 'resok' in reply ? { writeVerifier: reply.resok.verf } : {};
      return { ...seen(reply.status, [changeOf(file, fileWcc)]), ...written };
    },
    async read(who, file) {
      const args = { file: { data: file }, offset: 0n, count: 8192 };
      const reply = await nfs3.nfsproc3Read(args, { as: who });
      const { fileAttributes } = 'resok' in reply ? reply.resok : reply.resfail;
      const data = 'resok' in reply ? { data: reply.resok.data } : {};
      return { ...seen(reply.status, [postOp(file, fileAttributes)]), ...data };
    },
    async getAttributes(handle) {
      const reply = await nfs3.nfsproc3Getattr({ object: { data: handle } });
      if (!('resok' in reply)) return reply;
      return { status: reply.status, attributes: attributesOf(reply.resok.objAttributes) };
    },
    list: (dir, after) => listPage(volume, dir, after),
  };
}

async function makeThing(
  { nfs3 }: ServiceVolume,
  who: Credential,
  { dir, name }: Place,
  make: Make,
): Promise<Seen> {
  const where = { dir: { data: dir }, name };
  const options = { as: who };
  const seenMade = (reply: CREATE3res): Seen => {
    if (!('resok' in reply)) return seen(reply.status, [changeOf(dir, reply.resfail.dirWcc)]);
    const { obj, objAttributes, dirWcc } = reply.resok;
    const made = obj.handleFollows ? { handle: obj.handle.data } : {};
    return { ...seen(reply.status, [changeOf(dir, dirWcc)]), ...made, ...followed(objAttributes) };
  };
  switch (make.type) {
    case 'regular': {
      if (make.how === 'exclusive') {
        const how = { mode: Createmode3.EXCLUSIVE, verf: Buffer.from(make.verifier) };
        return seenMade(await nfs3.nfsproc3Create({ where, how }, options));
      }
      const mode = make.how === 'guarded' ? Createmode3.GUARDED : Createmode3.UNCHECKED;
      const how = { mode, objAttributes: sattr3(make.asked) };
      return seenMade(await nfs3.nfsproc3Create({ where, how }, options));
    }
    case 'directory':
      return seenMade(await nfs3.nfsproc3Mkdir({ where, attributes: sattr3(make.asked) }, options));
    case 'symlink': {
      const symlink = { symlinkAttributes: sattr3(make.asked), symlinkData: make.target };
      return seenMade(await nfs3.nfsproc3Symlink({ where, symlink }, options));
    }
    case 'character':
    case 'block': {
      const { major, minor } = make.device;
      const spec = { specdata1: major, specdata2: minor };
      const device = { devAttributes: sattr3(make.asked), spec };
      const type = make.type === 'block' ? Ftype3.NF3BLK : Ftype3.NF3CHR;
      return seenMade(await nfs3.nfsproc3Mknod({ where, what: { type, device } }, options));
    }
    case 'fifo':
    case 'socket': {
      const type = make.type === 'fifo' ? Ftype3.NF3FIFO : Ftype3.NF3SOCK;
      const what = { type, pipeAttributes: sattr3(make.asked) };
      return seenMade(await nfs3.nfsproc3Mknod({ where, what }, options));
    }
  }
}

/** By READDIRPLUS: what it says of each entry is what GETATTR of its handle says. */
async function listPage({ nfs3 }: ServiceVolume, dir: Buffer, after: number): Promise<Page> {
  const bounds = { dircount: pageBytes, maxcount: pageBytes };
  const from = { dir: { data: dir }, cookie: BigInt(after), cookieverf: Buffer.alloc(8) };
  const reply = await nfs3.nfsproc3Readdirplus({ ...from, ...bounds }, { as: asRoot });
  if (!('resok' in reply)) throw new Error(`status ${reply.status}`);
  const { entries, eof } = reply.resok.reply;
  return {
    entries: entries.map(({ name, fileid, cookie, nameAttributes }) => {
      const { attributes } = followed(nameAttributes);
      if (attributes?.ino !== Number(fileid)) throw new Error('attributes of another file');
      return { name, ino: Number(fileid), cookie: Number(cookie) };
    }),
    eof,
  };
}

function seen(status: number, changes: readonly SeenChange[]): Seen {
  return { status, changes };
}

function postOp(handle: Buffer, after: PostOpAttr): SeenChange {
  return { handle, after: followed(after).attributes };
}

function changeOf(handle: Buffer, { before, after }: WccData): SeenChange {
  if (!before.attributesFollow) return { ...postOp(handle, after), before: undefined };
  const { size, mtime, ctime } = before.attributes;
  const times = { mtime: timeOf(mtime), ctime: timeOf(ctime) };
  return { ...postOp(handle, after), before: { size: Number(size), ...times } };
}

function followed(attributes: PostOpAttr): { readonly attributes?: SeenAttributes } {
  return attributes.attributesFollow ? { attributes: attributesOf(attributes.attributes) } : {};
}

function attributesOf(fattr: Fattr3): SeenAttributes {
  const { mode, uid, gid, nlink, size, fileid, rdev } = fattr;
  const device = { major: rdev.specdata1, minor: rdev.specdata2 };
  const common = { mode, uid, gid, nlink, device };
  return { ...common, type: types[fattr.type], ino: Number(fileid), size: Number(size) };
}

function timeOf({ seconds, nseconds }: Nfstime3): Time {
  return { seconds, nanoseconds: nseconds };
}

function wireTime({ seconds, nanoseconds }: Time): Nfstime3 {
  return { seconds, nseconds: nanoseconds };
}
