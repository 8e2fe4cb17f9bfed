import type { FugaFs } from '../file-system.ts';
import type { Stats } from '../stats.ts';
import { mapWithin } from '../window.ts';
import { systemCodeOf } from '../../environment/system-code.ts';

/** Look-ups for one directory that are under way at once. */
const lookupsMax = 32;

export interface ListedFile {
  readonly name: Buffer;
  readonly stats: Stats;
}

/** The files of the directory that `here` is in, by name. One that goes away meanwhile is left out. */
export async function listHere(here: FugaFs): Promise<ListedFile[]> {
  const names = (await here.readdir('.', 'buffer')).sort((a, b) => Buffer.compare(a, b));
  const files = await mapWithin(lookupsMax, names, async (name) => {
    try {
      return { name, stats: await here.lstat(name) };
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  });
  return files.filter((file) => file !== undefined);
}
