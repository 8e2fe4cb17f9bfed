import type { Folder } from '../../environment/folder.ts';
import type { Random } from '../../environment/random.ts';
import {
  type AreaPaths,
  epochInMaking,
  epochInRehearsal,
  epochsAmong,
  isProbe,
  makingName,
  numbered,
} from './layout.ts';

/**
 * Removes what nobody will ever read again: directories of earlier epochs, and what dead claimers and probes left.
 *
 * May be called once the directory of `epoch` was visible, durably, and a confirmation that began after that said
 * 'held'. Then every later claimer, also one that claims while this runs, finds that directory or a higher one and never
 * looks at an earlier one; this process may be paused here for as long as it likes. Claims are never removed. A slow
 * claimer of an earlier epoch may lose what it is making: it is fenced, and can only fail.
 */
export async function removeLeftovers(
  folder: Folder,
  random: Random,
  paths: AreaPaths,
  epoch: number,
): Promise<void> {
  for (const earlier of epochsAmong(await folder.list(paths.epochs))) {
    if (earlier >= epoch) continue;
    // First out of sight as a whole: a directory that is half removed must not look like one.
    const gone = `${paths.epochs}/${makingName(earlier, random)}`;
    await folder.rename(numbered(paths.epochs, earlier), gone);
  }
  for (const name of await folder.list(paths.epochs)) {
    const making = epochInMaking(name);
    if (making !== undefined && making < epoch) await folder.removeTree(`${paths.epochs}/${name}`);
  }
  for (const name of await folder.list(paths.claims)) {
    const making = epochInMaking(name);
    // One for our own number has lost, or was ours.
    if (making !== undefined && making <= epoch) await folder.unlink(`${paths.claims}/${name}`);
  }
  for (const name of await folder.list(paths.directory)) {
    // One that is being written goes on without its name, and its owner expects that it may be gone.
    if (isProbe(name)) await folder.unlink(`${paths.directory}/${name}`);
    // Backups rehearse what we hold now. One that still rehearses an earlier epoch may make files while they are removed.
    const rehearsed = epochInRehearsal(name);
    if (rehearsed !== undefined && rehearsed < epoch) {
      await folder.removeTree(`${paths.directory}/${name}`).catch(() => undefined);
    }
  }
}
