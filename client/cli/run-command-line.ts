import { Command, CommanderError, type Help } from 'commander';
import { addConnectionOptions } from './connection-options.ts';
import type { CliContext, ConnectionOptions } from './context.ts';
import { CommandRun } from './command-run.ts';
import type { CommandDefinition } from './command-definition.ts';
import { type CommandRow, commandGroups, findCommand } from './command-table.ts';
import { CommandFailure } from './failure.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { reasonOf } from './reason.ts';
import { rewriteWords } from './rewrite-words.ts';

export interface CommandLineOptions {
  readonly version: string;
  /** Adds commands that live elsewhere. */
  readonly addCommands?: (program: Command) => void | Promise<void>;
}

/** Runs `fuga` with the words after it; resolves with its exit code. */
export async function runCommandLine(
  words: readonly string[],
  context: CliContext,
  options: CommandLineOptions,
): Promise<number> {
  const rewritten = rewriteWords(words);
  let exitCode = 0;
  const program = createProgram(context, options.version);
  const called = calledCommand(rewritten);
  for (const { title, rows } of commandGroups) {
    program.commandsGroup(title);
    for (const row of rows) {
      const command = program.command(row.name).summary(row.summary);
      // Only what is called is loaded: that makes the difference that one feels.
      if (row.name !== called?.name) continue;
      const definition = await row.load();
      declare(command, row, definition);
      command.action(async () => {
        exitCode = await runCommand(row, definition, context, command);
      });
    }
  }
  if (called === undefined) await options.addCommands?.(program);
  try {
    await program.parseAsync(rewritten, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are asked for, and are no failures; a wrong call is told already.
    return error.exitCode;
  }
}

function createProgram(context: CliContext, version: string): Command {
  const columns = (output: { readonly columns?: number }) => output.columns ?? 80;
  return new Command('fuga')
    .description('Fuga: a highly available NFS file server. Commands for files and for servers.')
    .usage('<command> [options] [paths]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .helpCommand('help [command]', 'explain a command')
    .configureHelp({ sortSubcommands: false, visibleCommands: withoutHelp })
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      getOutHelpWidth: () => columns(context.stdout),
      getErrHelpWidth: () => columns(context.stderr),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText('after', overview);
}

const overview = `
Paths are written as for scp: home:/path is a path in the alias (the volume)
'home'. A path without an alias is in the only one that there is, or in that of
--alias or $FUGA_ALIAS. Patterns work: fuga ls 'home:/logs/*.txt'

First steps:
  npm start                        start a pair of servers on this machine
  fuga put -r my-folder home:/     copy a folder to it
  fuga ls -l home:/my-folder       look at it
  fuga status                      see who serves it

'fuga help <command>' explains a command.`;

/** It is named in the last line, and needs no group of its own. */
function withoutHelp(this: Help, command: Command): Command[] {
  return command.commands.filter((each) => each.name() !== 'help');
}

/** The command that is called, or that help is asked for. */
function calledCommand(words: readonly string[]): CommandRow | undefined {
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  return findCommand((first === 'help' ? second : first) ?? '');
}

function declare(command: Command, { name }: CommandRow, definition: CommandDefinition): void {
  command.helpOption('--help', 'print this').summary(command.summary());
  definition.declare(command);
  if (definition.usesCluster !== false) addConnectionOptions(command);
  const trouble = definition.exitCodeOfTrouble ?? 1;
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : new CommanderError(trouble, error.code, error.message);
  });
  command.showSuggestionAfterError();
  command.showHelpAfterError(`Try 'fuga ${name} --help' for more information.`);
}

async function runCommand(
  row: CommandRow,
  definition: CommandDefinition,
  context: CliContext,
  command: Command,
): Promise<number> {
  const options = command.optsWithGlobals<ConnectionOptions>();
  const notice = (text: string) => void context.stderr.write(`${row.name}: ${text}\n`);
  const trouble = definition.exitCodeOfTrouble ?? 1;
  try {
    const cluster = await context.openCluster({ ...options, notice });
    const run = new CommandRun(row.name, context, cluster);
    try {
      await definition.run(run, command.args, options);
    } finally {
      await cluster.close();
    }
    return run.exitCode;
  } catch (error) {
    notice(describe(error));
    return error instanceof CommandFailure ? (error.exitCode ?? trouble) : trouble;
  }
}

/** One line for what its user can do something about; a bug is shown with its stack. */
function describe(error: unknown): string {
  if (error instanceof CommandFailure) return error.message;
  if (systemCodeOf(error) !== undefined) return reasonOf(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
