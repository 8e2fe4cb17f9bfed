import { dirname } from 'node:path';
import type { Folder } from '../../environment/folder.ts';
import type { Random } from '../../environment/random.ts';
import { StableAreaError } from '../stable-area.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { type AreaPaths, formatName, isIgnored, makingFormatName } from './layout.ts';

/** Version of the layout of the area and of what claims and the system's own records say. */
const formatVersion = 1;
const content = { what: 'stable area of Fuga', format: formatVersion };

/**
 * Makes sure that the directory is an area of a format that we know: makes one of an empty directory, and touches
 * nothing in any other. Throws STABLE_AREA_FORMAT or STABLE_AREA_UNUSABLE. Several processes may do this at once.
 */
export async function ensureArea(folder: Folder, paths: AreaPaths, random: Random): Promise<void> {
  const status = await folder.status(paths.directory);
  if (status !== undefined && !status.isDirectory) {
    throw new StableAreaError('STABLE_AREA_UNUSABLE', `${paths.directory} is not a directory`);
  }
  if (status !== undefined) {
    const names = await folder.list(paths.directory);
    if (!names.includes(formatName)) refuseForeign(paths, names);
  }
  const found = await readFormat(folder, paths);
  if (found === undefined) await makeFormat(folder, paths, random);
  await folder.makeFolder(paths.claims);
  await folder.makeFolder(paths.epochs);
  await folder.makeFolder(paths.segments);
  await folder.syncFolder(paths.directory);
}

/** A directory with other files is somebody's home, or an area that has lost its FORMAT: both are left alone. */
function refuseForeign(paths: AreaPaths, names: readonly string[]): void {
  const foreign = names.find((name) => !isIgnored(name));
  if (foreign === undefined) return;
  throw new StableAreaError(
    'STABLE_AREA_UNUSABLE',
    `${paths.directory} is not a stable area: it holds ${foreign} and no ${formatName}`,
  );
}

/** Undefined when there is none yet. */
async function readFormat(folder: Folder, paths: AreaPaths): Promise<number | undefined> {
  let text: string;
  try {
    text = (await folder.readFile(paths.format)).toString();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const version = versionIn(text);
  if (version === undefined) {
    throw new StableAreaError('STABLE_AREA_CORRUPT', `${paths.format} cannot be read`);
  }
  if (version !== formatVersion) {
    throw new StableAreaError(
      'STABLE_AREA_FORMAT',
      `${paths.directory} has format ${version}; this program knows format ${formatVersion}: use the newer program`,
    );
  }
  return version;
}

function versionIn(text: string): number | undefined {
  try {
    const { format } = JSON.parse(text) as { format?: unknown };
    return Number.isSafeInteger(format) ? (format as number) : undefined;
  } catch {
    return undefined;
  }
}

/** Also the name of every parent that had to be made is there after a power cut. */
async function makeFolderDurably(folder: Folder, path: string): Promise<void> {
  const made: string[] = [];
  for (let at = path; (await folder.status(at)) === undefined; at = dirname(at)) made.push(at);
  await folder.makeFolder(path);
  for (const at of made.reverse()) await folder.syncFolder(dirname(at));
}

async function makeFormat(folder: Folder, paths: AreaPaths, random: Random): Promise<void> {
  await makeFolderDurably(folder, paths.directory);
  const temporary = `${paths.directory}/${makingFormatName(random)}`;
  await folder.writeFileSynced(temporary, Buffer.from(`${JSON.stringify(content)}\n`));
  try {
    await folder.link(temporary, paths.format);
  } catch (error) {
    // Another process was faster; what it wrote must be what we know.
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    await readFormat(folder, paths);
  } finally {
    await folder.unlink(temporary);
  }
  await folder.syncFolder(dirname(paths.directory));
}
