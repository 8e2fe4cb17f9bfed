import { NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { diskDirectories, diskNames } from '../disk.ts';
import { callTemplate, numberedName } from '../load/call-template.ts';
import { connectionsFor, type LoadSession, sampleOf } from '../load/load-session.ts';
import { NumberedFiles } from '../load/numbered-files.ts';
import { inTurns } from '../load/turns.ts';
import { unsetAttributes } from '../stock-client.ts';
import { outstandingAxis, type RowGroup } from './row.ts';

const { nfsproc3Rename, nfsproc3Mkdir, nfsproc3Rmdir } = NfsProgramV3.procedures;

/** Files and directories that are made, renamed and removed. Each connection has a directory of its own. */
export const nameRows: RowGroup = {
  name: 'names',
  title: 'Calls that change a directory',
  rows: [
    { name: 'create', title: 'CREATE', unit: '/s' },
    { name: 'rename', title: 'RENAME', unit: '/s' },
    { name: 'remove', title: 'REMOVE', unit: '/s' },
    { name: 'mkdir-rmdir', title: 'MKDIR, RMDIR in turn', unit: '/s' },
  ],
  axis: outstandingAxis,
  async run(session, outstanding, durationMs) {
    const connections = connectionsFor(outstanding);
    const directories = await directoriesFor(session, connections);
    const files = new NumberedFiles(directories, Math.ceil(outstanding / connections));
    const load = { connections, outstanding };
    const timed = { ...load, durationMs };
    const create = await session.measure({ ...timed, next: (slot) => files.create(slot) });
    const rename = await session.measure({ ...timed, ...renames(files, outstanding) });
    const remove = await session.measure({ ...load, next: (slot) => files.remove(slot) });
    const turns = await session.measure({ ...timed, ...directoryTurns(files, outstanding) });
    return {
      create: sampleOf(create),
      rename: sampleOf(rename),
      remove: sampleOf(remove),
      'mkdir-rmdir': sampleOf(turns),
    };
  },
  async limit({ folder }, _, durationMs) {
    return { ...diskNames(folder, durationMs), ...diskDirectories(folder, durationMs) };
  },
  limitTitle: 'the same call and an fsync of what it changed, one thread',
};

/** The same ones each time: what a run makes, it removes. */
export function directoriesFor(session: LoadSession, connections: number): Promise<Buffer[]> {
  return session.prepared(`directories for ${connections}`, () =>
    Promise.all(Array.from({ length: connections }, () => session.directory())),
  );
}

/** Each slot renames a file of its own to another name, and back. */
function renames(files: NumberedFiles, slots: number): ReturnType<typeof inTurns> {
  return inTurns(slots, (slot) => {
    const name = files.nameFor(slot);
    if (name === undefined) return undefined;
    const place = { dir: { data: files.directoryOf(slot) }, name };
    const other = { ...place, name: `renamed-${name}` };
    return [
      callTemplate(nfsproc3Rename, { from: place, to: other }),
      callTemplate(nfsproc3Rename, { from: other, to: place }),
    ];
  });
}

/** Each slot makes a directory, and removes it. */
function directoryTurns(files: NumberedFiles, slots: number): ReturnType<typeof inTurns> {
  return inTurns(slots, (slot) => {
    const where = { dir: { data: files.directoryOf(slot) }, name: numberedName('d', slot) };
    return [
      callTemplate(nfsproc3Mkdir, { where, attributes: unsetAttributes }),
      callTemplate(nfsproc3Rmdir, { object: where }),
    ];
  });
}
