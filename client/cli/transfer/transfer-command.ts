import type { Command } from 'commander';
import type { CommandRun } from '../command-run.ts';
import { isFileFailure, reasonOf } from '../reason.ts';
import { ContentFailure, pour } from './copy-content.ts';
import type { TransferFile } from './place.ts';
import { openProgress } from './progress.ts';
import { findSources, findTarget, leadsToDirectory, pairUp, type Side } from './targets.ts';
import { show } from './copy-file.ts';
import { TreeCopy } from './tree-copy.ts';

export interface TransferOptions {
  readonly recursive?: boolean;
  readonly R?: boolean;
  readonly preserve?: boolean;
  readonly atomic?: boolean;
  readonly verbose?: boolean;
  readonly progress?: boolean;
}

/** The options of put, get and cp. */
export function declareTransferOptions(command: Command): void {
  command
    .option('-r, --recursive', 'directories, with all that is in them; symbolic links stay links')
    .option('-R', 'as -r')
    .option('-p, --preserve', 'keep modes and times')
    .option('--atomic', 'a file gets its name when it is complete, and not before')
    .option('-v, --verbose', 'say what is copied')
    .option('--no-progress', 'no bar, on a terminal either')
    .addHelpText('after', notes);
}

const notes = `
A file is written under its own name from its first byte on, as cp and scp do: a transfer that is interrupted leaves a
part of it there. With --atomic it is written under another name beside it, and renamed when it is complete; then it
is a new file, without the hard links, owner and mode of the one that it replaces.

What was reported as copied is durable. A transfer that meets the death of a server waits a moment, and goes on.`;

/** Copies the operands but the last one to the last one. */
export async function transfer(
  run: CommandRun,
  operands: readonly string[],
  sides: { readonly source: Side; readonly target: Side },
  options: TransferOptions,
): Promise<void> {
  const { source: sourceSide, target: targetSide } = sides;
  const target = await findTarget(run, operands.at(-1) ?? '', targetSide);
  const sources = await findSources(run, operands.slice(0, -1), sourceSide);
  const pairs = await pairUp(sources, target);
  const progress = await openProgress(run.context, options.progress !== false);
  try {
    const copy = new TreeCopy(run, copyOptions(options), progress);
    await copy.copyAll(pairs);
  } finally {
    progress.stop();
  }
}

/** Standard input to a file. */
export async function transferFromInput(
  run: CommandRun,
  operand: string,
  options: TransferOptions,
): Promise<void> {
  const file = await run.files.one(operand);
  const target = await findTarget(run, operand, 'remote');
  if (await leadsToDirectory(target)) {
    run.fail(`cannot write standard input to ${show(target)}: Is a directory`);
    return;
  }
  const progress = await openProgress(run.context, options.progress !== false);
  try {
    await pour(run.context.stdin, file.fs.createWriteStream(file.path), progress);
  } catch (error) {
    tellOfStream(run, error, 'standard input', target);
  } finally {
    progress.stop();
  }
}

/** Files to standard output, one after the other. */
export async function transferToOutput(
  run: CommandRun,
  operands: readonly string[],
): Promise<void> {
  for (const { fs, path, label } of await run.files.expand(operands)) {
    await run.attempt(
      async () => {
        for await (const piece of fs.createReadStream(path)) await run.print(piece as Buffer);
      },
      (reason) => `${label}: ${reason}`,
    );
  }
}

function copyOptions(options: TransferOptions) {
  const { recursive, R, preserve, atomic, verbose } = options;
  return {
    recursive: recursive === true || R === true,
    preserve: preserve === true,
    preserveOwner: false,
    atomic: atomic === true,
    verbose: verbose === true,
  };
}

function tellOfStream(run: CommandRun, error: unknown, source: string, target: TransferFile): void {
  const cause = error instanceof ContentFailure ? error.cause : error;
  if (!isFileFailure(cause)) throw cause;
  const isReading = error instanceof ContentFailure && error.side === 'reading';
  const what = isReading ? `error reading ${source}` : `cannot write ${show(target)}`;
  run.fail(`${what}: ${reasonOf(cause)}`);
}
