import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { pathIn, type TransferFile } from '../transfer/place.ts';
import { openProgress } from '../transfer/progress.ts';
import { findSources, findTarget, pairUp } from '../transfer/targets.ts';
import { show } from '../transfer/copy-file.ts';
import { TreeCopy } from '../transfer/tree-copy.ts';
import { isSameFile, isWithin } from '../transfer/within.ts';

interface MvOptions {
  readonly force?: boolean;
  readonly clobber?: boolean;
  readonly verbose?: boolean;
}

export const mv = defineCommand<MvOptions>({
  declare: (command) => {
    command
      .description(
        'Move and rename files. Where the target is a directory, they are moved into it. Within an alias that is one step; to ' +
          'another alias, files are copied and then removed.',
      )
      .usage('[options] <source...> <target>')
      .argument(
        '<sources-and-target...>',
        'home:/path, or /path in the default alias; patterns are understood',
      )
      .option('-f, --force', 'ask nothing; it never does')
      .option('-n, --no-clobber', 'leave a target that exists alone')
      .option('-v, --verbose', 'say what is moved');
  },

  run: async (run, operands, options) => {
    if (operands.length < 2) {
      throw run.wrongUsage(`missing destination file operand after ${quote(operands[0] ?? '')}`);
    }
    const target = await findTarget(run, operands.at(-1) ?? '', 'remote');
    const sources = await findSources(run, operands.slice(0, -1), 'remote');
    for (const [from, to] of await pairUp(sources, target)) await move(run, from, to, options);
  },
});

async function move(
  run: CommandRun,
  from: TransferFile,
  to: TransferFile,
  options: MvOptions,
): Promise<void> {
  const { fs } = from.place;
  const stats = await run.attempt(
    () => fs.lstat(pathIn(from)),
    (reason) => `cannot stat ${show(from)}: ${reason}`,
  );
  if (stats === undefined) return;
  if (options.clobber === false && (await isThere(to))) return;
  if (await isSameFile(from, stats, to)) {
    run.fail(`${show(from)} and ${show(to)} are the same file`);
    return;
  }
  if (stats.isDirectory() && (await isWithin(from, to))) {
    run.fail(`cannot move ${show(from)} to a subdirectory of itself, ${show(to)}`);
    return;
  }
  const done =
    from.place.alias === to.place.alias
      ? await rename(run, from, to)
      : await copyAndRemove(run, from, to);
  if (done && options.verbose === true) {
    await run.printLine(`renamed ${show(from)} -> ${show(to)}`);
  }
}

async function rename(run: CommandRun, from: TransferFile, to: TransferFile): Promise<boolean> {
  const done = await run.attempt(
    async () => {
      await from.place.fs.rename(pathIn(from), pathIn(to));
      return true;
    },
    (reason) => `cannot move ${show(from)} to ${show(to)}: ${reason}`,
  );
  return done === true;
}

/** Nothing is removed unless everything was copied. */
async function copyAndRemove(
  run: CommandRun,
  from: TransferFile,
  to: TransferFile,
): Promise<boolean> {
  const options = {
    recursive: true,
    preserve: true,
    preserveOwner: true,
    atomic: false,
    verbose: false,
  };
  const progress = await openProgress(run.context, true);
  try {
    if (!(await new TreeCopy(run, options, progress).copyAll([[from, to]]))) return false;
  } finally {
    progress.stop();
  }
  const done = await run.attempt(
    async () => {
      await from.place.fs.rm(pathIn(from), { recursive: true });
      return true;
    },
    (reason) => `cannot remove ${show(from)}: ${reason}`,
  );
  return done === true;
}

async function isThere(file: TransferFile): Promise<boolean> {
  try {
    await file.place.fs.lstat(pathIn(file));
    return true;
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    return false;
  }
}
