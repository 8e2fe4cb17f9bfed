import type { Folder } from '../../environment/folder.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { StableAreaError } from '../stable-area.ts';
import {
  currentName,
  isManifestName,
  logNumberOf,
  manifestNameIn,
  tableNumberOf,
} from './file-names.ts';
import { type Manifest, readManifest, withoutLastEdit } from './manifest.ts';
import { type NamedLog, verifyLogs } from './write-log.ts';

/*
 * The copy of a LevelDB directory whose owner may still be writing it (a paused holder that woke up, a hung one). The
 * owner is fenced: what it acknowledged was synced before our claim was linked, hence before this copy begins. So the
 * copy must hold everything that was synced before it began, and may hold more; it must be one state that the directory
 * went through; and nothing that the owner does later may change it.
 *
 * LevelDB changes its directory in these steps (db/db_impl.cc, db/version_set.cc of 1.20):
 *
 *  A write appends to the newest log. Appends only: what is read of a log at any time is a prefix of it.
 *  A switch of logs makes a log with a new, higher number, and never writes the old one again. At most two logs live.
 *  A compaction writes tables under new numbers, syncs them, appends an edit to the MANIFEST and syncs that; the edit
 *    names the tables and, when a log went into them, the number of the oldest log still needed. Only then are tables
 *    and logs removed that the edit made obsolete. No table is ever written after an edit named it, and no number is
 *    ever used twice in a directory.
 *  An open replays the logs into tables, writes a new MANIFEST, renames CURRENT to name it, and only then removes the
 *    old MANIFEST, tables and logs, in any order.
 *
 * So:
 *
 *  1. The MANIFEST is read once into memory; what is parsed is what is written into the copy. It grows by appends, so the
 *     bytes are a prefix, perhaps with an edit cut off, which both we and LevelDB ignore. The state that they describe
 *     existed, and every table that they name is complete and never written again: it can be shared by a link. If it
 *     was removed meanwhile, the link fails, and we begin again.
 *  2. A table that the bytes do not name may be half written, and its number is at or above the copy's next file number:
 *     the copy's first own table would be written over the shared file. It is never linked.
 *  3. Logs are listed after the MANIFEST was read, and those from its log number on are read in full. Every synced write
 *     is in a table that it names or in one of them, unless a log vanished before the listing. That cannot be told from
 *     the listing: an open removes two logs in any order. But logs from our number on are removed only after an edit
 *     raised the number, or CURRENT names another MANIFEST. So both are read again at the end: if the number is the same
 *     and CURRENT too, then no log that we needed was removed before we had read it; otherwise we begin again.
 *     A log that is made after the listing holds only writes of a fenced owner.
 *  4. Of two logs the older was complete before the newer one appeared, and the newer one is a prefix: what is copied is
 *     everything up to some moment, with no gap. That is also checked, by the numbers of the changes.
 *
 *  5. A power cut may leave an edit whose sync had not ended, and not the name of a log or of a table that it was the first
 *     to name: LevelDB syncs the folder between the append of an edit and its sync, and whether a folder's changes come to
 *     the disk before a file's is the file system's choice. Such an edit counts as not written: the state before it existed, and
 *     nothing that this needs was removed, since only what a synced edit made obsolete is. Nothing acknowledged is
 *     lost with the log: a sync of a new file makes its name durable too, so none of its writes was synced. So the
 *     last edit is left out where it names what is not there, if nothing was written behind it (the next edit is
 *     appended after its sync), if all that the state before it needs is there, and if the logs of that state reach the last
 *     change that the edit had seen acknowledged. Otherwise the file was lost later, and that is damage.
 *
 * Logs and MANIFEST are copied, not linked: the owner goes on appending to its own.
 */

/** `every` is wrong, and here only so that the torture test can prove that it would find it. */
export type TablesToLink = 'named' | 'every';

/**
 * False when something vanished or changed meanwhile. Throws STABLE_AREA_CORRUPT where a file is damaged, or missing
 * although nothing changed.
 */
export async function copyLevelDirectory(
  folder: Folder,
  from: string,
  to: string,
  tablesToLink: TablesToLink = 'named',
): Promise<boolean> {
  const found = await readSource(folder, from);
  if (found === undefined) return false;
  const source = await wholeState(folder, from, found);
  if (source === undefined) return false;
  const { manifest, manifestName, manifestBytes, names } = source;

  const tables = names.filter((name) => {
    const number = tableNumberOf(name);
    return number !== undefined && (manifest.tables.has(number) || tablesToLink === 'every');
  });
  const linked = await Promise.all(
    tables.map((name) => {
      const link = folder.link(`${from}/${name}`, `${to}/${name}`).then(() => true);
      return whileThere(link);
    }),
  );
  if (linked.includes(undefined)) return false;

  const logs = await readLogs(folder, from, neededLogs(manifest, names));
  if (logs === undefined || !(await keptItsLogs(folder, from, found))) return false;
  const lastChange = Math.max(manifest.lastSequence, verifyLogs(logs));
  if (source !== found && lastChange < found.manifest.lastSequence) {
    throw corrupt(from, `has lost ${lostFrom(found)} that its MANIFEST names`);
  }

  const files = [
    ...logs,
    { name: manifestName, bytes: manifestBytes },
    { name: currentName, bytes: Buffer.from(`${manifestName}\n`) },
  ];
  await Promise.all(files.map(({ name, bytes }) => folder.writeFileSynced(`${to}/${name}`, bytes)));
  await folder.syncFolder(to);
  return true;
}

/** Bytes that a copy of the directory would have to write. What vanishes meanwhile counts nothing. */
export async function copiedBytes(folder: Folder, directory: string): Promise<number> {
  const names = (await whileThere(folder.list(directory))) ?? [];
  const sizes = await Promise.all(
    names
      .filter((name) => isManifestName(name) || logNumberOf(name) !== undefined)
      .map((name) => folder.status(`${directory}/${name}`)),
  );
  return sizes.reduce((sum, status) => sum + (status?.sizeBytes ?? 0), 0);
}

interface Source {
  readonly manifestName: string;
  readonly manifestBytes: Buffer;
  readonly manifest: Manifest;
  /** The names in the directory, listed after the MANIFEST was read. */
  readonly names: readonly string[];
}

async function readSource(folder: Folder, from: string): Promise<Source | undefined> {
  const manifestName = await readManifestName(folder, from);
  if (manifestName === undefined) return undefined;
  const manifestBytes = await whileThere(folder.readFile(`${from}/${manifestName}`));
  if (manifestBytes === undefined) return undefined;
  const manifest = readManifest(manifestBytes);
  const names = await whileThere(folder.list(from));
  if (names === undefined) return undefined;
  return { manifestName, manifestBytes, manifest, names };
}

/** Undefined when the directory is gone: it is renamed away as a whole before it is removed. */
async function readManifestName(folder: Folder, from: string): Promise<string | undefined> {
  const current = await whileThere(folder.readFile(`${from}/${currentName}`));
  if (current === undefined) {
    if ((await folder.status(from)) === undefined) return undefined;
    throw corrupt(from, `has lost its ${currentName}`);
  }
  const name = manifestNameIn(current);
  if (name === undefined) throw corrupt(from, `has a ${currentName} that names no MANIFEST`);
  return name;
}

/**
 * The state to copy: the one that was found, or that before its last edit (5 above). Undefined where the directory has
 * moved on: a file is removed only after an edit, so where there is no new one it has been lost.
 */
async function wholeState(
  folder: Folder,
  from: string,
  found: Source,
): Promise<Source | undefined> {
  const lost = lostFrom(found);
  if (lost === undefined) return found;
  const bytes = await readManifestAgain(folder, from, found);
  if (bytes?.equals(found.manifestBytes) !== true) return undefined;
  const manifestBytes = withoutLastEdit(found.manifestBytes);
  if (manifestBytes !== undefined) {
    const before = { ...found, manifestBytes, manifest: readManifest(manifestBytes) };
    if (lostFrom(before) === undefined) return before;
  }
  throw corrupt(from, `has lost ${lost} that its MANIFEST names`);
}

/** What the MANIFEST needs and the directory does not have. */
function lostFrom({ manifest, names }: Source): 'a table' | 'the log' | undefined {
  const tables = new Set(names.map(tableNumberOf));
  for (const number of manifest.tables) if (!tables.has(number)) return 'a table';
  const hasLog = names.some((name) => logNumberOf(name) === manifest.logNumber);
  return hasLog ? undefined : 'the log';
}

/** The logs that the MANIFEST needs, in order. */
function neededLogs(manifest: Manifest, names: readonly string[]): readonly string[] {
  const { logNumber, previousLogNumber } = manifest;
  return names
    .map((name) => ({ name, number: logNumberOf(name) ?? -1 }))
    .filter(({ number }) => number >= logNumber || (number > 0 && number === previousLogNumber))
    .sort((a, b) => a.number - b.number)
    .map(({ name }) => name);
}

async function readLogs(
  folder: Folder,
  from: string,
  names: readonly string[],
): Promise<readonly NamedLog[] | undefined> {
  const logs: NamedLog[] = [];
  for (const name of names) {
    const bytes = await whileThere(folder.readFile(`${from}/${name}`));
    if (bytes === undefined) return undefined;
    logs.push({ name, bytes });
  }
  return logs;
}

/** No log that the MANIFEST needs can have been removed yet (3 above). */
async function keptItsLogs(folder: Folder, from: string, source: Source): Promise<boolean> {
  const bytes = await readManifestAgain(folder, from, source);
  return bytes !== undefined && readManifest(bytes).logNumber === source.manifest.logNumber;
}

/** Undefined when CURRENT names another one now. */
async function readManifestAgain(
  folder: Folder,
  from: string,
  source: Source,
): Promise<Buffer | undefined> {
  if ((await readManifestName(folder, from)) !== source.manifestName) return undefined;
  return whileThere(folder.readFile(`${from}/${source.manifestName}`));
}

/** Undefined when the name does not exist (any more). */
async function whileThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function corrupt(directory: string, what: string): StableAreaError {
  return new StableAreaError('STABLE_AREA_CORRUPT', `${directory} ${what}`);
}
