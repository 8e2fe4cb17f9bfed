import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { AttachOptions, ChaosOptions } from './options.ts';
import { defaults, limits } from './options.ts';

/** What the command line says, or the exit code where there is nothing more to do. */
export type CommandLine =
  | { readonly kind: 'run'; readonly options: ChaosOptions }
  | { readonly kind: 'exit'; readonly code: number };

/** Of what was asked for wrongly. */
export const usageExitCode = 2;

interface Flags {
  readonly kills: number;
  readonly seed: number;
  readonly workers: number;
  readonly registration: boolean;
  readonly gateway?: true;
  readonly json?: true;
  readonly history?: string;
  readonly keep?: true;
  readonly data?: string;
  readonly check?: string;
  readonly admin?: readonly string[];
  readonly pam: readonly string[];
  readonly alias: string;
  readonly secretFile?: string;
}

/** Parses the words behind the command; prints help and errors. `name` is how the user called it. */
export function parseCommandLine(words: readonly string[], name: string): CommandLine {
  const command = makeCommand(name);
  try {
    command.parse([...words], { from: 'user' });
    return { kind: 'run', options: optionsOf(command) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'exit', code: error.exitCode === 0 ? 0 : usageExitCode };
  }
}

function makeCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .allowExcessArguments(false)
    .summary('kill primaries while files are used, and check every answer')
    .description(
      'Starts a PAM and a pair in a temporary folder, lets workers make, change and remove files on them, and kills the ' +
        'primary again and again. Then checks that every answer fits one order of the calls, and that everything acknowledged is there.',
    )
    .option('--kills <number>', 'how often to kill the primary', integer('kills'), defaults.kills)
    .option('--seed <number>', 'chooses calls and kills', integer('seed'), defaults.seed)
    .option('--workers <number>', 'concurrent workers', integer('workers'), defaults.workers)
    .option(
      '--no-registration',
      'the control: servers without registered replies, which must go wrong',
    )
    .option('--gateway', 'workers are stock NFS clients, through a gateway')
    .option('--json', 'print the result as JSON')
    .option('--history <file>', 'write every call with its answer, one JSON object on each line')
    .option('--keep', 'keep the data folder')
    .option('--data <folder>', 'use this folder instead of a temporary one; it is kept')
    .option('--check <file>', 'only check a history that was written before')
    .optionsGroup('To attack a cluster that runs already:')
    .option('--admin <url,...>', 'admin addresses of its servers', list)
    .addOption(
      new Option('--pam <url,...>', 'its PAMs').argParser(list).env('FUGA_PAM').default([]),
    )
    .addOption(new Option('--alias <name>', 'its alias').env('FUGA_ALIAS').default(defaults.alias))
    .addOption(new Option('--secret-file <file>', 'its cluster secret').env('FUGA_SECRET_FILE'))
    .addHelpText(
      'after',
      '\nExit code: 0 correct, 1 wrong answers found, 2 undecided or could not run, 130 interrupted.\n',
    );
}

function optionsOf(command: Command): ChaosOptions {
  const flags = command.opts<Flags>();
  const { kills, seed, workers, registration, history, data, check } = flags;
  return {
    kills,
    seed,
    workers,
    registration,
    gateway: flags.gateway === true,
    json: flags.json === true,
    historyFile: history,
    keep: flags.keep === true || data !== undefined,
    dataFolder: data,
    checkFile: check,
    attach: attachOf(command, flags),
  };
}

function attachOf(command: Command, flags: Flags): AttachOptions | undefined {
  const { admin, pam, alias, secretFile, registration, gateway, data } = flags;
  if (admin === undefined) return undefined;
  if (pam.length === 0) command.error('error: --admin needs --pam too');
  if (secretFile === undefined) command.error('error: --admin needs --secret-file too');
  if (!registration)
    command.error('error: --no-registration is for servers that this command starts');
  if (gateway === true) command.error('error: --gateway is for servers that this command starts');
  if (data !== undefined) command.error('error: --data is for servers that this command starts');
  return { pams: pam, alias, secretFile, adminUrls: admin };
}

function integer(name: keyof typeof limits): (text: string) => number {
  const [least, most] = limits[name];
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`);
  };
}

function list(text: string): string[] {
  const items = text.split(',').filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('It is empty.');
  return items;
}
