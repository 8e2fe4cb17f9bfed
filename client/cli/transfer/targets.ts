import { resolve } from 'node:path';
import { baseName, endsWithSlash, joinPath, pathOf } from '../byte-path.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { CommandFailure } from '../failure.ts';
import { parseEither } from '../operand.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { localPlace, pathIn, remotePlace, type TransferFile } from './place.ts';

/** What the words of a transfer are: `both` as for scp, or all of one side. */
export type Side = 'local' | 'remote' | 'both';

/** The files that sources name; patterns only in remote ones, since a shell has seen to the others. */
export async function findSources(
  run: CommandRun,
  texts: readonly string[],
  side: Side,
): Promise<TransferFile[]> {
  const found: TransferFile[] = [];
  for (const text of texts) {
    if (isLocal(text, side)) found.push(localFile(run, text));
    else {
      const files = await run.files.expand([text]);
      found.push(
        ...files.map(({ fs, alias, path, label }) => ({
          place: remotePlace(alias, fs),
          name: path,
          label: pathOf(label),
        })),
      );
    }
  }
  return found;
}

export async function findTarget(run: CommandRun, text: string, side: Side): Promise<TransferFile> {
  if (isLocal(text, side)) return localFile(run, text);
  const { fs, alias, path, label } = await run.files.one(text);
  return { place: remotePlace(alias, fs), name: path, label: pathOf(label) };
}

/** Each source with where it goes: into the target where that is a directory, else to the target itself. */
export async function pairUp(
  sources: readonly TransferFile[],
  target: TransferFile,
): Promise<(readonly [TransferFile, TransferFile])[]> {
  const label = quote(target.label.toString('utf8'));
  const isDirectory = await leadsToDirectory(target);
  if (!isDirectory && sources.length > 1) {
    throw new CommandFailure(`target ${label}: No such directory`);
  }
  return sources.map((source) => [source, isDirectory ? within(target, source) : target] as const);
}

export async function leadsToDirectory(file: TransferFile): Promise<boolean> {
  try {
    return (await file.place.fs.stat(pathIn(file))).isDirectory();
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'ENOTDIR') throw error;
    return false;
  }
}

/** `/a/b` goes to `target/b`; what ends in no name of its own (`/`, `.`, `..`) goes to the target itself. */
function within(target: TransferFile, source: TransferFile): TransferFile {
  const last = baseName(source.name);
  const hasName = last.length > 0 && !last.equals(pathOf('.')) && !last.equals(pathOf('..'));
  if (!hasName) return target;
  const label = endsWithSlash(target.label) || target.label.at(-1) === colon;
  return {
    ...target,
    name: joinPath(target.name, last),
    label: label ? Buffer.concat([target.label, last]) : joinPath(target.label, last),
  };
}

const colon = 0x3a;

function isLocal(text: string, side: Side): boolean {
  return side === 'local' || (side === 'both' && parseEither(text).kind === 'local');
}

function localFile(run: CommandRun, text: string): TransferFile {
  const place = localPlace(pathOf(resolve(run.context.workingDirectory)));
  return { place, name: pathOf(text), label: pathOf(text) };
}
