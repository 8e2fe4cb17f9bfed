import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type FaultKind, faultKinds } from './faults/fault.ts';
import { type ClientKind, clientKinds } from './history/history.ts';
import type { AttachOptions, ChaosOptions } from './options.ts';
import { defaults, limits } from './options.ts';

/** What the command line says, or the exit code where there is nothing more to do. */
export type CommandLine =
  | { readonly kind: 'run'; readonly options: ChaosOptions }
  | { readonly kind: 'exit'; readonly code: number };

/** Of what was asked for wrongly. */
export const usageExitCode = 2;

interface Flags {
  readonly mode: Modes;
  readonly kills?: number;
  readonly minutes?: number;
  readonly seed: number;
  readonly workers: number;
  readonly registration: boolean;
  readonly clients?: readonly ClientKind[];
  readonly gateway?: true;
  readonly html?: string;
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

type Modes = Pick<ChaosOptions, 'modes' | 'isMixed'>;

/** Everything that can be done to servers that others started. */
const attachedModes: readonly FaultKind[] = ['kill', 'block', 'switchover'];

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
    .summary('kill, stop and cut off primaries while files are used, and check every answer')
    .description(
      'Starts two PAMs and a pair in a temporary folder, lets workers make, change and remove files on them, and harms the ' +
        'primary again and again. Then checks that every answer fits one order of the calls, and that everything acknowledged is there.',
    )
    .addOption(
      new Option('--mode <kind,...>', `what to do: ${faultKinds.join(', ')}, or mixed: all of it`)
        .argParser(parseModes)
        .default({ modes: ['kill'], isMixed: false }, 'kill'),
    )
    .option(
      '--kills <number>',
      `how often, whatever the mode (default: ${defaults.kills})`,
      integer('kills'),
    )
    .option('--minutes <number>', 'instead: for how long', integer('minutes'))
    .option('--seed <number>', 'chooses calls and faults', integer('seed'), defaults.seed)
    .option('--workers <number>', 'concurrent workers', integer('workers'), defaults.workers)
    .option(
      '--no-registration',
      'the control: servers without registered replies, which must go wrong',
    )
    .addOption(
      new Option(
        '--clients <kind,...>',
        "workers are: pa, Fuga's own clients (default); stock, NFS clients of the servers; gateway, NFS clients of a gateway; mixed, by turns",
      ).argParser(parseClients),
    )
    .option('--gateway', 'the same as --clients gateway')
    .option('--html <file>', 'write the report there (default: a file among the temporary ones)')
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
      helpNotes +
        '\nExit code: 0 correct, 1 wrong answers found, or a server ended by itself, 2 undecided or could not run, 130 interrupted.\n',
    );
}

const helpNotes = `
Modes: kill ends the primary as kill -9 does, at moments of a call and at any. pause stops it (SIGSTOP) and wakes it
before, while or after its backup takes over; block holds its event loop. switchover asks it to hand over, or to end.
pam-kill ends one of two PAMs, which comes back empty. full-disk fills the disk of the stable area; cut-network drops
what the primary sends, receives, or both. These two run in a mount and a network of their own, which end with the
run, and need Linux and root; where that is missing, mixed does without them.

A stock client keeps its port for its whole life, and sends again what was not answered when its connection broke:
what is checked is the promise to clients that do so (README, "What is promised to whom").
`;

function optionsOf(command: Command): ChaosOptions {
  const flags = command.opts<Flags>();
  const { kills, minutes, seed, workers, registration, history, data, check, html } = flags;
  if (kills !== undefined && minutes !== undefined) {
    command.error('error: --kills and --minutes exclude each other');
  }
  if (flags.gateway === true && flags.clients !== undefined) {
    command.error('error: --gateway and --clients exclude each other');
  }
  if (check !== undefined) refuseBesideCheck(command);
  const modes = modesOf(command, flags);
  return {
    ...modes,
    enough: minutes === undefined ? { faults: kills ?? defaults.kills } : { minutes },
    seed,
    workers,
    registration,
    clients: flags.clients ?? [flags.gateway === true ? 'gateway' : 'pa'],
    json: flags.json === true,
    htmlFile: html,
    historyFile: history,
    keep: flags.keep === true || data !== undefined,
    dataFolder: data,
    checkFile: check,
    attach: attachOf(command, flags),
  };
}

/** What a check of a history cannot use. */
function refuseBesideCheck(command: Command): void {
  const runOnly = ['mode', 'kills', 'minutes', 'seed', 'workers', 'registration', 'clients'];
  const alsoRunOnly = ['gateway', 'history', 'keep', 'data', 'admin'];
  for (const name of [...runOnly, ...alsoRunOnly]) {
    if (command.getOptionValueSource(name) !== 'cli') continue;
    const flag = name === 'registration' ? 'no-registration' : name;
    command.error(`error: --${flag} is for a run: --check only looks at one that is over`);
  }
}

function modesOf(command: Command, { mode, admin, registration }: Flags): Modes {
  // The control is about calls that are sent again; nothing says what else goes wrong without registered replies.
  if (!registration && mode.modes.join() !== 'kill') {
    command.error('error: --no-registration goes with --mode kill only');
  }
  if (admin === undefined) return mode;
  const foreign = mode.modes.find((kind) => !attachedModes.includes(kind));
  if (mode.isMixed) return { ...mode, modes: attachedModes };
  if (foreign === undefined) return mode;
  return command.error(`error: --mode ${foreign} is for servers that this command starts`);
}

function attachOf(command: Command, flags: Flags): AttachOptions | undefined {
  const { admin, pam, alias, secretFile, registration, gateway, clients = [], data } = flags;
  if (admin === undefined) return undefined;
  if (pam.length === 0) command.error('error: --admin needs --pam too');
  if (secretFile === undefined) command.error('error: --admin needs --secret-file too');
  if (!registration)
    command.error('error: --no-registration is for servers that this command starts');
  if (gateway === true || clients.some((kind) => kind !== 'pa')) {
    command.error('error: clients other than pa are for servers that this command starts');
  }
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

/** `mixed` stands for all; what is named beside it is in it already. */
function parseModes(text: string): Modes {
  const { names, isMixed } = namesOf(text, faultKinds);
  return { modes: names, isMixed };
}

function parseClients(text: string): readonly ClientKind[] {
  return namesOf(text, clientKinds).names;
}

function namesOf<Name extends string>(
  text: string,
  known: readonly Name[],
): { readonly names: readonly Name[]; readonly isMixed: boolean } {
  const words = list(text);
  const strange = words.find((word) => word !== 'mixed' && !known.some((name) => name === word));
  if (strange !== undefined) {
    throw new InvalidArgumentError(`It is not ${known.join(', ')}, mixed, or a list of them.`);
  }
  const isMixed = words.includes('mixed');
  return { names: isMixed ? known : known.filter((name) => words.includes(name)), isMixed };
}

function list(text: string): string[] {
  const items = text.split(',').filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('It is empty.');
  return items;
}
