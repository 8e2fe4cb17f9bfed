import { Option } from 'commander';
import { type ChangedFile, changeTrees } from '../change-tree.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { modeText, octalMode } from '../text/mode.ts';
import { type ModeChange, parseModeChange } from '../text/mode-change.ts';

interface ChmodOptions {
  readonly recursive?: boolean;
  readonly verbose?: boolean;
  /** Where the mode starts with a hyphen: see rewrite-words. */
  readonly mode?: string;
}

export const chmod = defineCommand<ChmodOptions>({
  declare: (command) => {
    command
      .description('Change permissions. A symbolic link that is named is followed.')
      .usage('[options] <mode> <path...>')
      .argument('<mode-and-paths...>', 'octal (755) or symbolic (u+rw,go-w); then paths')
      .option(
        '-R, --recursive',
        'directories with all that is below; symbolic links there are left alone',
      )
      .option('-v, --verbose', 'say what is changed')
      .addOption(new Option('--mode <mode>').hideHelp())
      .addHelpText(
        'after',
        '\nExamples:\n  fuga chmod 640 home:/notes.txt\n  fuga chmod -R u+rwX,go-w home:/project',
      );
  },

  run: async (run, operands, options) => {
    const [text = '', ...paths] =
      options.mode === undefined ? operands : [options.mode, ...operands];
    if (paths.length === 0) throw run.wrongUsage(`missing operand after ${quote(text)}`);
    const change = parseModeChange(text, run.context.umask);
    if (change === undefined) throw run.wrongUsage(`invalid mode: ${quote(text)}`);
    const files = await run.files.expand(paths);
    await changeTrees(run, files, options.recursive === true, (file) =>
      changeMode(run, file, change, options),
    );
  },
});

async function changeMode(
  run: CommandRun,
  { here, name, stats, label }: ChangedFile,
  change: ModeChange,
  { verbose = false }: ChmodOptions,
): Promise<void> {
  // A link has no rights of its own, and what it leads to was not named.
  if (stats.isSymbolicLink()) return;
  const mode = change(stats.mode, stats.isDirectory()) & 0o7777;
  const done = await run.attempt(
    async () => {
      await here.chmod(name, mode);
      return true;
    },
    (reason) => `changing permissions of ${quote(label)}: ${reason}`,
  );
  if (done !== true || !verbose) return;
  const from = `${octalMode(stats.mode)} (${modeText(stats).slice(1)})`;
  await run.printLine(`mode of ${quote(label)} changed from ${from} to ${octalMode(mode)}`);
}
