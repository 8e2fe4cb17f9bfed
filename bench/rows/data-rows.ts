import { StableHow } from '../../protocol/generated/nfs3.ts';
import { diskRandom, diskSequential } from '../disk.ts';
import type { CallTemplate } from '../load/call-template.ts';
import { PlacedCall, readOf, writeOf } from '../load/placed-call.ts';
import { LoadFiles, megabyteBytes } from '../load/load-files.ts';
import { connectionsFor, type LoadSession, type Measured, sampleOf } from '../load/load-session.ts';
import { outstandingAxis, type RowGroup } from './row.ts';

const smallBytes = 4_096;
const megabytesAll = 64;
const mbPerPiece = megabyteBytes / 1e6;

/** READ and WRITE of 4 KiB, at random places of a file for each connection. */
export const randomRows: RowGroup = {
  name: 'random',
  title: '4 KiB at random places',
  rows: [
    { name: 'write4k', title: '4 KiB WRITE, random, file-sync', unit: '/s' },
    { name: 'read4k', title: '4 KiB READ, random, cached', unit: '/s' },
  ],
  axis: outstandingAxis,
  async run(session, outstanding, durationMs) {
    const connections = connectionsFor(outstanding);
    const files = await filesFor(session, connections);
    const load = { connections, outstanding, durationMs };
    const places = (files.bytesEach / smallBytes) | 0;
    const random = (template: (file: Buffer) => CallTemplate) => {
      const calls = files.handles.map((file) => new PlacedCall(template(file)));
      let index = 0;
      return (slot: number): CallTemplate | undefined => {
        index += 1;
        const place = (Math.imul(index, 0x9e37_79b1) >>> 0) % places;
        return calls[slot % calls.length]?.at(place * smallBytes);
      };
    };
    const write = await session.measure({ ...load, next: random((file) => writeOf(file, small)) });
    const read = await session.measure({
      ...load,
      next: random((file) => readOf(file, smallBytes)),
    });
    return { write4k: sampleOf(write), read4k: sampleOf(read) };
  },
  async limit({ folder }, _, durationMs) {
    return diskRandom(folder, durationMs);
  },
  limitTitle: 'pwrite and fdatasync, or pread; one thread',
};

/** A file for each connection, from front to back. */
export const sequentialRows: RowGroup = {
  name: 'sequential',
  title: '1 MiB, front to back',
  rows: [
    { name: 'seqwrite-sync', title: 'sequential WRITE, file-sync', unit: 'MB/s' },
    { name: 'seqwrite-unstable', title: 'sequential WRITE, unstable + COMMIT', unit: 'MB/s' },
    { name: 'seqread-cached', title: 'sequential READ, cached', unit: 'MB/s' },
    { name: 'seqread-uncached', title: 'sequential READ, uncached', unit: 'MB/s' },
  ],
  axis: outstandingAxis,
  async run(session, outstanding, durationMs) {
    const connections = connectionsFor(outstanding);
    const files = await filesFor(session, connections);
    const load = { connections, outstanding, durationMs };
    const pieces = files.bytesEach / megabyteBytes;
    /** Each connection goes through its own file, and starts again where `rounds` allows it. */
    const inOrder = (template: (file: Buffer) => CallTemplate, rounds: number) => {
      const calls = files.handles.map((file) => ({
        call: new PlacedCall(template(file)),
        done: 0,
      }));
      const slotsEach = Math.ceil(outstanding / connections);
      return (slot: number): CallTemplate | undefined => {
        const own = calls[Math.floor(slot / slotsEach)];
        if (own === undefined || own.done === rounds * pieces) return undefined;
        own.done += 1;
        return own.call.at(((own.done - 1) % pieces) * megabyteBytes);
      };
    };
    const write = (stable: StableHow) =>
      session.measure({
        ...load,
        next: inOrder((file) => writeOf(file, large, stable), Infinity),
      });
    const read = (rounds: number) =>
      session.measure({ ...load, next: inOrder((file) => readOf(file, megabyteBytes), rounds) });
    const sync = await write(StableHow.FILE_SYNC);
    const unstable = await withCommit(await write(StableHow.UNSTABLE), files);
    const cached = await read(Infinity);
    await session.dropCaches();
    const uncached = await read(1);
    return {
      'seqwrite-sync': sampleOf(sync, mbPerPiece),
      'seqwrite-unstable': sampleOf(unstable, mbPerPiece),
      'seqread-cached': sampleOf(cached, mbPerPiece),
      'seqread-uncached': sampleOf(uncached, mbPerPiece),
    };
  },
  async limit({ folder }, _, durationMs) {
    return diskSequential(folder, durationMs);
  },
  limitTitle: 'pwrite and fdatasync (each, or once at the end), or pread; one thread',
};

const small = Buffer.alloc(smallBytes, 0x5a);
const large = Buffer.alloc(megabyteBytes, 0x5a);

/** The same files each time, 64 MiB in all. */
function filesFor(session: LoadSession, connections: number): Promise<LoadFiles> {
  return session.prepared(`files for ${connections}`, () =>
    LoadFiles.make(session, connections, (megabytesAll / connections) * megabyteBytes),
  );
}

/** What COMMIT takes is part of what an unstable write takes. */
async function withCommit(measured: Measured, files: LoadFiles): Promise<Measured> {
  const startMs = performance.now();
  await files.commit();
  return { ...measured, seconds: measured.seconds + (performance.now() - startMs) / 1_000 };
}
