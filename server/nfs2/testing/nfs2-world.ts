import { beforeEach } from 'vitest';
import {
  type Attrstat,
  type Diropres,
  type Fattr,
  NfsStat,
  type Readdirok,
  type Sattr,
} from '../../../protocol/generated/nfs2.ts';
import type { Credential } from '../../../rpc/auth.ts';
import { asRoot, sattr, ServiceVolume } from '../../testing/service-volume.ts';

interface Made {
  readonly file: Buffer;
  readonly attributes: Fattr;
}

/** What a directory operation gave, where it succeeded. */
export function ok(reply: Diropres): Made {
  if (!('diropok' in reply)) throw new Error(`status ${reply.status}`);
  return reply.diropok;
}

export function attributesOf(reply: Attrstat): Fattr {
  if (!('attributes' in reply)) throw new Error(`status ${reply.status}`);
  return reply.attributes;
}

/** A new volume for each test, with the calls that tests make all the time. */
export class Nfs2World {
  volume = new ServiceVolume();
  root: Buffer = Buffer.alloc(0);

  async open(volume = new ServiceVolume()): Promise<void> {
    this.volume = volume;
    this.root = await volume.root();
  }

  create(
    name: string,
    fields: Partial<Sattr> = {},
    who: Credential = asRoot,
    dir = this.root,
  ): Promise<Diropres> {
    const attributes = sattr({ mode: 0o644, ...fields });
    return this.volume.nfs.nfsprocCreate({ where: { dir, name }, attributes }, { as: who });
  }

  mkdir(name: string, who: Credential = asRoot, dir = this.root): Promise<Diropres> {
    const attributes = sattr({ mode: 0o755 });
    return this.volume.nfs.nfsprocMkdir({ where: { dir, name }, attributes }, { as: who });
  }

  write(
    file: Buffer,
    offset: number,
    content: string | Buffer,
    who: Credential = asRoot,
  ): Promise<Attrstat> {
    const data = Buffer.from(content);
    const args = { file, beginoffset: 0, offset, totalcount: 0, data };
    return this.volume.nfs.nfsprocWrite(args, { as: who });
  }

  async read(file: Buffer, offset: number, count: number, who = asRoot): Promise<string> {
    const args = { file, offset, count, totalcount: count };
    const reply = await this.volume.nfs.nfsprocRead(args, { as: who });
    return 'readok' in reply ? reply.readok.data.toString() : `status ${reply.status}`;
  }

  async getattr(file: Buffer): Promise<Fattr> {
    return attributesOf(await this.volume.nfs.nfsprocGetattr(file));
  }

  lookup(name: string, dir = this.root, who: Credential = asRoot): Promise<Diropres> {
    return this.volume.nfs.nfsprocLookup({ dir, name }, { as: who });
  }

  remove(name: string, dir = this.root, who: Credential = asRoot): Promise<NfsStat> {
    return this.volume.nfs.nfsprocRemove({ dir, name }, { as: who });
  }

  async readdir(dir: Buffer, cookie: number, count = 8192): Promise<Readdirok> {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(cookie);
    const reply = await this.volume.nfs.nfsprocReaddir({ dir, cookie: bytes, count });
    if (!('readdirok' in reply)) throw new Error(`status ${reply.status}`);
    return reply.readdirok;
  }
}

export function nfs2World(): Nfs2World {
  const world = new Nfs2World();
  beforeEach(() => world.open());
  return world;
}
