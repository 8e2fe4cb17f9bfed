import { NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { diskNames, diskWholeFiles } from '../disk.ts';
import { callTemplate, nullCall } from '../load/call-template.ts';
import { LoadFiles, megabyteBytes } from '../load/load-files.ts';
import { sampleOf } from '../load/load-session.ts';
import { NumberedFiles } from '../load/numbered-files.ts';
import { PlacedCall, readOf } from '../load/placed-call.ts';
import type { RowGroup } from './row.ts';

const { nfsproc3Getattr } = NfsProgramV3.procedures;

/** So many clients of one call each. */
export const clientRows: RowGroup = {
  name: 'clients',
  title: 'Many clients, each with one call outstanding',
  rows: [
    { name: 'clients-getattr', title: 'GETATTR', unit: '/s' },
    { name: 'clients-create', title: 'CREATE', unit: '/s' },
  ],
  axis: { title: 'clients', points: [1, 10, 100, 1_000] },
  async run(session, clients, durationMs) {
    const { root } = await session.client();
    const directory = await session.prepared('clients', () => session.directory());
    const template = callTemplate(nfsproc3Getattr, { object: { data: root } });
    const files = new NumberedFiles([directory], clients);
    const load = { connections: clients, outstanding: clients };
    const getattr = await session.measure({ ...load, durationMs, next: () => template });
    const create = await session.measure({
      ...load,
      durationMs,
      next: (slot) => files.create(slot),
    });
    await session.measure({ ...load, next: (slot) => files.remove(slot) });
    return { 'clients-getattr': sampleOf(getattr), 'clients-create': sampleOf(create) };
  },
  async limit({ folder, echo }, clients, durationMs) {
    const getattr = await (await echo()).measure({
      ...{ connections: clients, outstanding: clients, durationMs },
      next: () => nullCall,
    });
    const { create } = diskNames(folder, durationMs);
    if (create === undefined) throw new Error('the disk makes files');
    return { 'clients-getattr': sampleOf(getattr), 'clients-create': create };
  },
  limitTitle:
    'a process that answers at once; a file and an fsync of it and its directory, one thread',
};

const outstanding = 8;

/** Whole files of one size after the other. */
export function fileRows(sizesBytes: readonly number[]): RowGroup {
  return {
    name: 'files',
    title: `Whole files, ${outstanding} calls of at most 1 MiB outstanding`,
    rows: [
      { name: 'files-write', title: 'CREATE, WRITE of all, COMMIT', unit: 'MB/s' },
      { name: 'files-read', title: 'READ of all', unit: 'MB/s' },
    ],
    axis: { title: 'bytes', points: sizesBytes },
    async run(session, bytes, durationMs) {
      const startMs = performance.now();
      const made: LoadFiles[] = [];
      do {
        made.push(await LoadFiles.make(session, 1, bytes));
      } while (performance.now() - startMs < durationMs);
      const seconds = (performance.now() - startMs) / 1_000;
      const pieceBytes = Math.min(bytes, megabyteBytes);
      const calls = made.flatMap(({ handles }) =>
        handles.map((file) => new PlacedCall(readOf(file, pieceBytes))),
      );
      const pieces = bytes / pieceBytes;
      let next = 0;
      const read = await session.measure({
        ...{ connections: 1, outstanding, durationMs },
        next: () => {
          next += 1;
          const call = calls[Math.floor(next / pieces) % calls.length];
          return call?.at((next % pieces) * pieceBytes);
        },
      });
      for (const file of made) await file.remove();
      return {
        'files-write': { value: (made.length * bytes) / 1e6 / seconds },
        'files-read': sampleOf(read, pieceBytes / 1e6),
      };
    },
    async limit({ folder }, bytes, durationMs) {
      return diskWholeFiles(folder, bytes, durationMs);
    },
    limitTitle: 'a file that is written and synced with its directory, and read; one thread',
  };
}
