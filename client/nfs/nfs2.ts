import { MountProgramV1Client } from '../../protocol/generated/mount.ts';
import {
  type Attrstat,
  type Diropres,
  NFS_COOKIESIZE,
  NFS_MAXDATA,
  NFS_MAXNAMLEN,
  NFS_MAXPATHLEN,
  NFSMODE_REG,
  NfsProgramV2Client,
  NfsStat,
  type Readdirok,
} from '../../protocol/generated/nfs2.ts';
import type { RpcCaller } from '../../xdr/program.ts';
import type { ByteString } from '../bytes.ts';
import type { Outcome } from '../errors.ts';
import type { Attributes, DirectoryPage, NfsProtocol, Node } from './nfs-protocol.ts';
import { attributesOf, sattrOf } from './nfs2-attributes.ts';
import { codeOf, codeOfMount } from './nfs2-status.ts';
import { type Identity, modeAllows } from './permission.ts';

export interface Nfs2Options {
  /** As in the credential that `caller` sends: for ACCESS, which version 2 lacks. */
  readonly identity: Identity;
  /** A name that nobody else makes: for exclusive CREATE, which version 2 lacks. */
  readonly uniqueName: () => ByteString;
}

const firstCookie = Buffer.alloc(NFS_COOKIESIZE);
/** Offsets and sizes are 32-bit words, and the largest one means "do not set". */
const fileBytesMax = 0xffff_fffe;

/** NFS version 2 (RFC 1094) with MOUNT version 1. */
export function nfs2(caller: RpcCaller, options: Nfs2Options): NfsProtocol {
  const nfs = new NfsProgramV2Client(caller);
  const mount = new MountProgramV1Client(caller);

  const protocol: NfsProtocol = {
    version: 2,
    limits: {
      readBytesMax: NFS_MAXDATA,
      writeBytesMax: NFS_MAXDATA,
      nameBytesMax: NFS_MAXNAMLEN,
      linkBytesMax: NFS_MAXPATHLEN,
      fileBytesMax,
    },

    async mount(path) {
      const { status, directory } = await mount.mountprocMnt(path);
      if (directory === undefined) return { ok: false, code: codeOfMount(status) };
      return { ok: true, value: Buffer.from(directory) };
    },

    getAttributes: async (node) => attributesResult(await nfs.nfsprocGetattr(node)),

    setAttributes: async (file, changes) =>
      attributesResult(await nfs.nfsprocSetattr({ file, attributes: sattrOf(changes) })),

    lookup: async (dir, name) => nodeResult(await nfs.nfsprocLookup({ dir, name })),

    access: async (node, wanted) => ({
      ok: true,
      value: modeAllows(options.identity, node.attributes, wanted),
    }),

    async readLink(link) {
      const result = await nfs.nfsprocReadlink(link);
      if (result.status !== NfsStat.NFS_OK) return failure(result.status);
      return { ok: true, value: result.data };
    },

    async read(file, offset, count) {
      const result = await nfs.nfsprocRead({ file, offset, count, totalcount: count });
      if (result.status !== NfsStat.NFS_OK) return failure(result.status);
      const { data: bytes } = result.readok;
      const attributes = attributesOf(result.readok.attributes);
      const atEnd = offset + bytes.length >= attributes.sizeBytes;
      return { ok: true, value: { bytes, atEnd, attributes } };
    },

    // RFC 1094 §2.2.9: the reply leaves when the data are on stable storage. There is no unstable write, and no COMMIT.
    async write(file, offset, data) {
      const totalcount = data.length;
      const result = await nfs.nfsprocWrite({
        file,
        beginoffset: offset,
        offset,
        totalcount,
        data,
      });
      const written = attributesResult(result);
      if (!written.ok) return written;
      return { ok: true, value: { bytesWritten: data.length, attributes: written.value } };
    },

    create: async (dir, name, changes) =>
      nodeResult(
        await nfs.nfsprocCreate({
          where: { dir, name },
          attributes: sattrOf(changes, NFSMODE_REG),
        }),
      ),

    // CREATE of version 2 opens what is there. LINK does not: the file is made under a name of its own, and then
    // linked. A client that dies in between leaves that name behind.
    async createExclusive(dir, name, changes) {
      const temporary = options.uniqueName();
      const created = await protocol.create(dir, temporary, changes);
      if (!created.ok) return created;
      const linked = await protocol.link(created.value.handle, dir, name);
      await nfs.nfsprocRemove({ dir, name: temporary });
      return linked.ok ? created : linked;
    },

    makeDirectory: async (dir, name, changes) =>
      nodeResult(await nfs.nfsprocMkdir({ where: { dir, name }, attributes: sattrOf(changes) })),

    makeLink: async (dir, name, to) =>
      done(
        await nfs.nfsprocSymlink({
          from: { dir, name },
          to,
          attributes: sattrOf({ mode: 0o777 }),
        }),
      ),

    remove: async (dir, name) => done(await nfs.nfsprocRemove({ dir, name })),

    removeDirectory: async (dir, name) => done(await nfs.nfsprocRmdir({ dir, name })),

    rename: async (fromDirectory, fromName, toDirectory, toName) =>
      done(
        await nfs.nfsprocRename({
          from: { dir: fromDirectory, name: fromName },
          to: { dir: toDirectory, name: toName },
        }),
      ),

    link: async (from, dir, name) => done(await nfs.nfsprocLink({ from, to: { dir, name } })),

    async readDirectory(dir, from) {
      const cookie = from?.cookie ?? firstCookie;
      const result = await nfs.nfsprocReaddir({ dir, cookie, count: NFS_MAXDATA });
      return result.status === NfsStat.NFS_OK
        ? pageResult(result.readdirok)
        : failure(result.status);
    },

    async space(node) {
      const result = await nfs.nfsprocStatfs(node);
      if (result.status !== NfsStat.NFS_OK) return failure(result.status);
      const { bsize, blocks, bfree, bavail } = result.info;
      return {
        ok: true,
        value: {
          blockSizeBytes: bsize,
          totalBlocks: blocks,
          freeBlocks: bfree,
          availableBlocks: bavail,
        },
      };
    },
  };
  return protocol;
}

function failure(status: Exclude<NfsStat, typeof NfsStat.NFS_OK>): Outcome<never> {
  return { ok: false, code: codeOf(status) };
}

function done(status: NfsStat): Outcome<void> {
  return status === NfsStat.NFS_OK ? { ok: true, value: undefined } : failure(status);
}

function attributesResult(result: Attrstat): Outcome<Attributes> {
  return result.status === NfsStat.NFS_OK
    ? { ok: true, value: attributesOf(result.attributes) }
    : failure(result.status);
}

/** Handles outlive the reply's buffer: they are copied. */
function nodeResult(result: Diropres): Outcome<Node> {
  if (result.status !== NfsStat.NFS_OK) return failure(result.status);
  const { file, attributes } = result.diropok;
  return { ok: true, value: { handle: Buffer.from(file), attributes: attributesOf(attributes) } };
}

function pageResult({ entries, eof }: Readdirok): Outcome<DirectoryPage> {
  const last = entries.at(-1);
  // Neither an entry nor the end: asking again would go on for ever.
  if (last === undefined && !eof) return { ok: false, code: 'EIO' };
  return {
    ok: true,
    value: {
      entries: entries.map(({ name, fileid }) => ({ name, inode: BigInt(fileid) })),
      next: eof || last === undefined ? undefined : { cookie: Buffer.from(last.cookie) },
    },
  };
}
