import type { FugaFs } from '../file-system.ts';
import type { Stats } from '../stats.ts';
import { pathOf } from './byte-path.ts';
import { type CommandRun, quote } from './command-run.ts';
import { reasonOf } from './reason.ts';
import type { RemoteFile } from './remote-files.ts';
import { walk } from './walk.ts';
import { forEachInTree, Window } from '../window.ts';

/** Changes that are under way at once. */
const changesMax = 32;

export interface ChangedFile {
  readonly here: FugaFs;
  readonly name: Buffer;
  readonly stats: Stats;
  readonly label: string;
}

/**
 * Applies a change to files, and with `isRecursive` to all below them: for chmod and chown. A directory is changed before
 * what is in it; symbolic links below are left to `change`, those named are followed.
 */
export async function changeTrees(
  run: CommandRun,
  files: readonly RemoteFile[],
  isRecursive: boolean,
  change: (file: ChangedFile) => Promise<void>,
): Promise<void> {
  for (const file of files) {
    await run.attempt(
      () => (isRecursive ? changeTree(run, file, change) : changeOne(file, change)),
      (reason) => `cannot access ${quote(file.label)}: ${reason}`,
    );
  }
}

async function changeOne(
  { fs, path, label }: RemoteFile,
  change: (file: ChangedFile) => Promise<void>,
): Promise<void> {
  await change({ here: fs, name: path, stats: await fs.stat(path), label });
}

async function changeTree(
  run: CommandRun,
  { fs, path, label }: RemoteFile,
  change: (file: ChangedFile) => Promise<void>,
): Promise<void> {
  const window = new Window(changesMax);
  await forEachInTree(window, walk({ fs, path, shown: pathOf(label) }), async (step) => {
    const { here, name, stats, path: shown } = step.file;
    if (step.kind === 'failure') {
      run.fail(`cannot read directory ${quote(shown.toString('utf8'))}: ${reasonOf(step.error)}`);
    } else if (step.kind === 'file') {
      await change({ here, name, stats, label: shown.toString('utf8') });
    }
  });
}
