import { MountProgramV1Client } from '../protocol/generated/mount.ts';
import { NfsProgramV2Client } from '../protocol/generated/nfs2.ts';
import type { RpcCaller } from '../xdr/program.ts';
import { callsPerSecond } from './measure.ts';

/** RFC 1094 §2.3.6: a field of all ones is not to be set. */
const unset = 0xffff_ffff;
const unsetTime = { seconds: unset, useconds: unset };
const plainFile = {
  mode: 0o644,
  uid: unset,
  gid: unset,
  size: unset,
  atime: unsetTime,
  mtime: unsetTime,
};

/** RFC 1094 §2.2.9: WRITE has two fields that are ignored. */
const unusedCounts = { beginoffset: 0, totalcount: 0 };

/** RFC 1094 §2.3.1 MAXDATA. */
const transferBytes = 8_192;
const randomWriteBytes = 4_096;
const randomPlaces = 4_096;
const filesPerDirectory = 1_000;
const sequentialBytes = 16 * 1_048_576;

export interface Workload {
  null(outstanding: number, durationMs: number): Promise<number>;
  getattr(outstanding: number, durationMs: number): Promise<number>;
  /** Durable creations, and then durable removals of the same files, per second. */
  createAndRemove(
    outstanding: number,
    durationMs: number,
  ): Promise<{ readonly create: number; readonly remove: number }>;
  /** Durable writes of 4 KiB at random places of one file, per second. */
  write(outstanding: number, durationMs: number): Promise<number>;
  /** That many files, a thousand in each directory, every one durable. */
  createFiles(count: number, outstanding: number): Promise<void>;
  /** One file written front to back, every write durable, and read back; MB/s. */
  sequential(outstanding: number): Promise<{ readonly write: number; readonly read: number }>;
}

/** NFS version 2 calls on a directory of its own below the root of `alias`. */
export async function openWorkload(caller: RpcCaller, alias: string): Promise<Workload> {
  const nfs = new NfsProgramV2Client(caller);
  const mounted = await new MountProgramV1Client(caller).mountprocMnt(`/${alias}`);
  const root = 'directory' in mounted ? mounted.directory : undefined;
  if (root === undefined) throw new Error(`MOUNT of /${alias}: status ${mounted.status}`);
  let names = 0;

  const create = async (name: string, dir: Buffer = root): Promise<Buffer> => {
    const made = await nfs.nfsprocCreate({ where: { dir, name }, attributes: plainFile });
    if (made.status !== 0) throw new Error(`CREATE: status ${made.status}`);
    return made.diropok.file;
  };

  const makeDirectory = async (name: string): Promise<Buffer> => {
    const where = { dir: root, name };
    const made = await nfs.nfsprocMkdir({ where, attributes: { ...plainFile, mode: 0o755 } });
    if (made.status !== 0) throw new Error(`MKDIR: status ${made.status}`);
    return made.diropok.file;
  };

  const remove = async (name: string): Promise<void> => {
    const status = await nfs.nfsprocRemove({ dir: root, name });
    if (status !== 0) throw new Error(`REMOVE: status ${status}`);
  };

  return {
    null: (outstanding, durationMs) =>
      callsPerSecond(() => nfs.nfsprocNull(undefined), outstanding, durationMs),

    getattr: (outstanding, durationMs) =>
      callsPerSecond(() => nfs.nfsprocGetattr(root), outstanding, durationMs),

    async createFiles(count, outstanding) {
      names += 1;
      const prefix = `bench-${process.pid}-${names}-`;
      let made = 0;
      let directory = Promise.resolve(root);
      const worker = async (): Promise<void> => {
        while (made < count) {
          const index = made;
          made += 1;
          if (index % filesPerDirectory === 0) directory = makeDirectory(prefix + index);
          await create(`f${index}`, await directory);
        }
      };
      await Promise.all(Array.from({ length: outstanding }, worker));
    },

    async createAndRemove(outstanding, durationMs) {
      names += 1;
      const prefix = `bench-${process.pid}-${names}-`;
      let made = 0;
      const rate = await callsPerSecond(
        async (index) => {
          await create(prefix + index);
          made += 1;
        },
        outstanding,
        durationMs,
      );
      let left = made;
      let removed = 0;
      const startMs = performance.now();
      const worker = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await remove(prefix + left);
          removed += 1;
        }
      };
      await Promise.all(Array.from({ length: outstanding }, worker));
      return { create: rate, remove: removed / ((performance.now() - startMs) / 1_000) };
    },

    async write(outstanding, durationMs) {
      names += 1;
      const name = `bench-${process.pid}-${names}`;
      const file = await create(name);
      const data = Buffer.alloc(randomWriteBytes, 0x5a);
      const rate = await callsPerSecond(
        async (index) => {
          const place = Math.imul(index, 0x9e37_79b1) >>> 0;
          const offset = (place % randomPlaces) * randomWriteBytes;
          const written = await nfs.nfsprocWrite({ file, ...unusedCounts, offset, data });
          if (written.status !== 0) throw new Error(`WRITE: status ${written.status}`);
        },
        outstanding,
        durationMs,
      );
      await remove(name);
      return rate;
    },

    async sequential(outstanding) {
      names += 1;
      const name = `bench-${process.pid}-${names}`;
      const file = await create(name);
      const data = Buffer.alloc(transferBytes, 0x5a);
      const pieces = sequentialBytes / transferBytes;
      const write = await megabytesPerSecond(pieces, outstanding, async (piece) => {
        const offset = piece * transferBytes;
        const result = await nfs.nfsprocWrite({ file, ...unusedCounts, offset, data });
        if (result.status !== 0) throw new Error(`WRITE: status ${result.status}`);
      });
      const read = await megabytesPerSecond(pieces, outstanding, async (piece) => {
        const offset = piece * transferBytes;
        const result = await nfs.nfsprocRead({ file, offset, count: transferBytes, totalcount: 0 });
        if (result.status !== 0 || result.readok.data.compare(data) !== 0) {
          throw new Error('READ: wrong data');
        }
      });
      await remove(name);
      return { write, read };
    },
  };
}

async function megabytesPerSecond(
  pieces: number,
  outstanding: number,
  transfer: (piece: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const startMs = performance.now();
  const worker = async (): Promise<void> => {
    while (next < pieces) {
      next += 1;
      await transfer(next - 1);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, worker));
  return (pieces * transferBytes) / 1e6 / ((performance.now() - startMs) / 1_000);
}
