import { baseName, endsWithSlash, joinPath, pathOf } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { CommandFailure } from '../failure.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import type { RemoteFile } from '../remote-files.ts';

interface LnOptions {
  readonly symbolic?: boolean;
  readonly force?: boolean;
  /** False with --no-dereference. */
  readonly dereference?: boolean;
  readonly verbose?: boolean;
}

export const ln = defineCommand<LnOptions>({
  declare: (command) => {
    command
      .description(
        'Make links: a further name for a file, or with -s a symbolic link. With -s, the target is the text of the link ' +
          'as it is given, relative to the directory of the link; an alias before it is left out.',
      )
      .usage('[options] <target...> <link>')
      .argument(
        '<targets-and-link...>',
        'what to link to; then the name of the link, or a directory for links of the same names',
      )
      .option('-s, --symbolic', 'symbolic links')
      .option('-f, --force', 'in place of what has that name')
      .option(
        '-n, --no-dereference',
        'a link to a directory is a name to be replaced, no directory',
      )
      .option('-v, --verbose', 'say what is linked')
      .addHelpText(
        'after',
        '\nExamples:\n  fuga ln home:/report.txt home:/backup/report.txt\n  fuga ln -s ../2026/report.txt home:/latest/report.txt',
      );
  },

  run: async (run, operands, options) => {
    if (operands.length < 2) {
      throw run.wrongUsage(`missing destination file operand after ${quote(operands[0] ?? '')}`);
    }
    const targets = operands.slice(0, -1);
    const link = await run.files.one(operands.at(-1) ?? '');
    const isDirectory = await leadsToDirectory(link, options.dereference !== false);
    if (targets.length > 1 && !isDirectory) {
      throw new CommandFailure(`target ${quote(link.label)}: Not a directory`);
    }
    for (const target of targets) {
      const place = isDirectory ? below(link, target) : link;
      if (options.symbolic === true) await makeSymbolic(run, target, place, options);
      else await makeHard(run, target, place, options);
    }
  },
});

async function makeSymbolic(
  run: CommandRun,
  target: string,
  link: RemoteFile,
  options: LnOptions,
): Promise<void> {
  const text = target.replace(/^[a-z0-9][a-z0-9._-]*:/, '');
  const done = await run.attempt(
    () => replacing(link, options, () => link.fs.symlink(text, link.path)),
    (reason) => `failed to create symbolic link ${quote(link.label)}: ${reason}`,
  );
  if (done === true && options.verbose === true) {
    await run.printLine(`${quote(link.label)} -> ${quote(text)}`);
  }
}

async function makeHard(
  run: CommandRun,
  target: string,
  link: RemoteFile,
  options: LnOptions,
): Promise<void> {
  for (const file of await run.files.expand([target])) {
    if (file.alias !== link.alias) {
      run.fail(
        `failed to create hard link ${quote(link.label)} => ${quote(file.label)}: Invalid cross-device link`,
      );
      continue;
    }
    const stats = await run.attempt(
      () => file.fs.lstat(file.path),
      (reason) => `failed to access ${quote(file.label)}: ${reason}`,
    );
    if (stats === undefined) continue;
    if (stats.isDirectory()) {
      run.fail(`${file.label}: hard link not allowed for directory`);
      continue;
    }
    const done = await run.attempt(
      () => replacing(link, options, () => link.fs.link(file.path, link.path)),
      (reason) =>
        `failed to create hard link ${quote(link.label)} => ${quote(file.label)}: ${reason}`,
    );
    if (done === true && options.verbose === true) {
      await run.printLine(`${quote(link.label)} => ${quote(file.label)}`);
    }
  }
}

/** With -f, a name that is taken is freed first. */
async function replacing(
  { fs, path }: RemoteFile,
  { force = false }: LnOptions,
  make: () => Promise<void>,
): Promise<true> {
  try {
    await make();
  } catch (error) {
    if (!force || systemCodeOf(error) !== 'EEXIST') throw error;
    await fs.unlink(path);
    await make();
  }
  return true;
}

async function leadsToDirectory({ fs, path }: RemoteFile, follows: boolean): Promise<boolean> {
  if (endsWithSlash(path)) return true;
  try {
    return (follows ? await fs.stat(path) : await fs.lstat(path)).isDirectory();
  } catch {
    return false;
  }
}

function below(directory: RemoteFile, target: string): RemoteFile {
  const name = baseName(pathOf(target.replace(/^[a-z0-9][a-z0-9._-]*:/, '')));
  return {
    ...directory,
    path: joinPath(directory.path, name),
    label: joinPath(pathOf(directory.label), name).toString('utf8'),
  };
}
