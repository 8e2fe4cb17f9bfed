import { beforeEach } from 'vitest';
import {
  type CREATE3res,
  Createmode3,
  type Entry3,
  type Fattr3,
  type MKDIR3res,
  type NfsFh3,
  type Nfsstat3,
  type READ3res,
  type Sattr3,
  StableHow,
  TimeHow,
  type WccData,
  type WRITE3res,
} from '../../../protocol/generated/nfs3.ts';
import type { Credential } from '../../../rpc/auth.ts';
import type { SetAttributes } from '../../file-system/attributes.ts';
import { asRoot, type CallOptions, ServiceVolume } from '../../testing/service-volume.ts';
import { timeOf } from '../fattr.ts';

interface Made {
  readonly file: NfsFh3;
  readonly attributes: Fattr3;
  readonly wcc: WccData;
}

/** What a reply says when all went well. */
export function resokOf<Reply extends { readonly status: Nfsstat3 }>(
  reply: Reply,
): Extract<Reply, { readonly resok: unknown }>['resok'] {
  if (!('resok' in reply)) throw new Error(`status ${reply.status}`);
  return reply.resok;
}

/** What a reply of CREATE, MKDIR, SYMLINK or MKNOD says of what was made. */
export function madeBy(reply: CREATE3res): Made {
  const { obj, objAttributes, dirWcc } = resokOf(reply);
  if (!obj.handleFollows || !objAttributes.attributesFollow) throw new Error('nothing follows');
  return { file: obj.handle, attributes: objAttributes.attributes, wcc: dirWcc };
}

/** Attributes to set, as they are on the wire. */
export function sattr3({ mode, uid, gid, size, atime, mtime }: SetAttributes): Sattr3 {
  const setIt = TimeHow.SET_TO_CLIENT_TIME;
  return {
    mode: mode === undefined ? { setIt: false } : { setIt: true, mode },
    uid: uid === undefined ? { setIt: false } : { setIt: true, uid },
    gid: gid === undefined ? { setIt: false } : { setIt: true, gid },
    size: size === undefined ? { setIt: false } : { setIt: true, size: BigInt(size) },
    atime: typeof atime === 'object' ? { setIt, atime: timeOf(atime) } : { setIt: howOf(atime) },
    mtime: typeof mtime === 'object' ? { setIt, mtime: timeOf(mtime) } : { setIt: howOf(mtime) },
  };
}

function howOf(time: 'now' | undefined): Exclude<TimeHow, typeof TimeHow.SET_TO_CLIENT_TIME> {
  return time === 'now' ? TimeHow.SET_TO_SERVER_TIME : TimeHow.DONT_CHANGE;
}

/** A new volume for each test, with the calls that tests make all the time. */
export class Nfs3World {
  volume = new ServiceVolume();
  root: NfsFh3 = { data: Buffer.alloc(0) };

  async open(volume = new ServiceVolume()): Promise<void> {
    this.volume = volume;
    this.root = { data: await volume.root() };
  }

  create(
    name: string,
    attributes: SetAttributes = {},
    who: Credential = asRoot,
    dir = this.root,
  ): Promise<CREATE3res> {
    const objAttributes = sattr3({ mode: 0o644, ...attributes });
    const how = { mode: Createmode3.GUARDED, objAttributes };
    return this.volume.nfs3.nfsproc3Create({ where: { dir, name }, how }, { as: who });
  }

  mkdir(
    name: string,
    attributes: SetAttributes = {},
    who: Credential = asRoot,
    dir = this.root,
  ): Promise<MKDIR3res> {
    const args = { where: { dir, name }, attributes: sattr3({ mode: 0o755, ...attributes }) };
    return this.volume.nfs3.nfsproc3Mkdir(args, { as: who });
  }

  write(
    file: NfsFh3,
    offset: number | bigint,
    content: string | Buffer,
    options: CallOptions = {},
  ): Promise<WRITE3res> {
    const data = Buffer.from(content);
    const count = data.length;
    const args = { file, offset: BigInt(offset), count, stable: StableHow.UNSTABLE, data };
    return this.volume.nfs3.nfsproc3Write(args, options);
  }

  read(
    file: NfsFh3,
    offset: number | bigint,
    count: number,
    options: CallOptions = {},
  ): Promise<READ3res> {
    return this.volume.nfs3.nfsproc3Read({ file, offset: BigInt(offset), count }, options);
  }

  async text(file: NfsFh3, who: Credential = asRoot): Promise<string> {
    const reply = await this.read(file, 0, 1_000_000, { as: who });
    return 'resok' in reply ? reply.resok.data.toString('latin1') : `status ${reply.status}`;
  }

  async getattr(object: NfsFh3): Promise<Fattr3> {
    return resokOf(await this.volume.nfs3.nfsproc3Getattr({ object })).objAttributes;
  }

  /** Sets attributes and gives the status. */
  async setattr(
    object: NfsFh3,
    attributes: SetAttributes,
    who: Credential = asRoot,
  ): Promise<Nfsstat3> {
    const args = { object, newAttributes: sattr3(attributes), guard: { check: false } as const };
    return (await this.volume.nfs3.nfsproc3Setattr(args, { as: who })).status;
  }

  async lookup(name: string, dir = this.root, who: Credential = asRoot): Promise<NfsFh3> {
    return resokOf(await this.volume.nfs3.nfsproc3Lookup({ what: { dir, name } }, { as: who }))
      .object;
  }

  /** One page of a directory. */
  async readdir(
    dir: NfsFh3,
    cookie: bigint,
    count = 8192,
  ): Promise<{ readonly entries: readonly Entry3[]; readonly eof: boolean }> {
    const args = { dir, cookie, cookieverf: Buffer.alloc(8), count };
    return resokOf(await this.volume.nfs3.nfsproc3Readdir(args)).reply;
  }
}

export function nfs3World(): Nfs3World {
  const world = new Nfs3World();
  beforeEach(() => world.open());
  return world;
}
