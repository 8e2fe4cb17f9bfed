import { randomBytes } from 'node:crypto';
import { baseName, joinPath, parentPath } from '../byte-path.ts';
import { quote } from '../command-run.ts';
import { isFileFailure, reasonOf } from '../reason.ts';
import { ContentFailure, copyContent } from './copy-content.ts';
import type { CopyJob } from './copy-job.ts';
import { pathIn, type TransferFile, type TransferHandle, type TransferStats } from './place.ts';
import { isSameFile } from './within.ts';

/** Copies one regular file. Gives false where that failed; then it was told. */
export async function copyFile(
  copy: CopyJob,
  source: TransferFile,
  target: TransferFile,
  stats: TransferStats,
): Promise<boolean> {
  if (await isSameFile(source, stats, target)) {
    copy.run.fail(`${show(source)} and ${show(target)} are the same file`);
    return false;
  }
  const from = await copy.run.attempt(
    () => source.place.fs.open(pathIn(source), 'r'),
    (reason) => `cannot open ${show(source)} for reading: ${reason}`,
  );
  if (from === undefined) return false;
  try {
    return copy.options.atomic
      ? await writeAndRename(copy, from, source, target, stats)
      : await write(copy, from, source, target, stats);
  } finally {
    await from.close();
    copy.progress.fileDone();
  }
}

/** Under its own name from the first byte on, as cp and scp do: what has that name keeps its links, owner and mode. */
async function write(
  copy: CopyJob,
  from: TransferHandle,
  source: TransferFile,
  target: TransferFile,
  stats: TransferStats,
): Promise<boolean> {
  const to = await copy.run.attempt(
    () => target.place.fs.open(pathIn(target), 'w', stats.mode & 0o777),
    (reason) => `cannot create regular file ${show(target)}: ${reason}`,
  );
  if (to === undefined) return false;
  try {
    await copyContent(from, to, stats.size, copy.progress);
    await copy.preserveOwner(target, stats);
    if (copy.options.preserve) {
      await to.chmod(stats.mode & 0o7777);
      await to.utimes(stats.atimeMs / 1000, stats.mtimeMs / 1000);
    }
    return true;
  } catch (error) {
    if (error instanceof ContentFailure) {
      const file = error.side === 'reading' ? source : target;
      return tell(copy, `error ${error.side} ${show(file)}`, error.cause);
    }
    return tell(copy, `preserving permissions and times of ${show(target)}`, error);
  } finally {
    await to.close();
  }
}

async function writeAndRename(
  copy: CopyJob,
  from: TransferHandle,
  source: TransferFile,
  target: TransferFile,
  stats: TransferStats,
): Promise<boolean> {
  const { fs } = target.place;
  const { cleanups } = copy.run.context;
  const partial = { ...target, name: partialName(target.name) };
  const removePartial = () => fs.unlink(pathIn(partial)).catch(() => undefined);
  cleanups.add(removePartial);
  try {
    if (!(await write(copy, from, source, partial, stats))) {
      await removePartial();
      return false;
    }
    await fs.rename(pathIn(partial), pathIn(target));
    return true;
  } catch (error) {
    await removePartial();
    return tell(copy, `cannot create regular file ${show(target)}`, error);
  } finally {
    cleanups.delete(removePartial);
  }
}

export function show({ label }: TransferFile): string {
  return quote(label.toString('utf8'));
}

function partialName(name: Buffer): Buffer {
  const own = Buffer.from(`.fuga-part-${randomBytes(8).toString('hex')}`);
  return baseName(name).equals(name) ? own : joinPath(parentPath(name), own);
}

/** What is no matter of this file ends the command. */
function tell(copy: CopyJob, message: string, error: unknown): false {
  if (!isFileFailure(error)) throw error;
  copy.run.fail(`${message}: ${reasonOf(error)}`);
  return false;
}
