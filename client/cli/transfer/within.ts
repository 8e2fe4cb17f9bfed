import { baseName, joinPath, parentPath, pathOf } from '../byte-path.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { pathIn, type TransferFile, type TransferStats } from './place.ts';

/** Whether the target is the source itself or below it, links followed: then copying would never end. */
export async function isWithin(source: TransferFile, target: TransferFile): Promise<boolean> {
  if (source.place.alias !== target.place.alias) return false;
  const from = await realPath(source);
  const to = await realPath(target);
  if (from === undefined || to === undefined) return false;
  const start = joinPath(from, Buffer.alloc(0));
  return to.equals(from) || to.subarray(0, start.length).equals(start);
}

/** Whether both are one file: then writing the target would destroy the source. */
export async function isSameFile(
  source: TransferFile,
  stats: TransferStats,
  target: TransferFile,
): Promise<boolean> {
  if (source.place.alias !== target.place.alias) return false;
  try {
    const there = await target.place.fs.stat(pathIn(target));
    return there.ino === stats.ino && there.dev === stats.dev;
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return false;
  }
}

/** Of what does not exist yet: where it would be. Undefined where that cannot be either. */
async function realPath({ place, name }: TransferFile): Promise<Buffer | undefined> {
  const path = place.path(name);
  try {
    return await place.fs.realpath(path, 'buffer');
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
  }
  try {
    const parent = parentPath(path);
    const above = await place.fs.realpath(parent.length === 0 ? pathOf('.') : parent, 'buffer');
    return joinPath(above, baseName(path));
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return undefined;
  }
}
