import { type Command, Option } from 'commander';
import {
  logLevels,
  parseAliases,
  parseCount,
  parseMilliseconds,
  parseNode,
  parsePams,
  parsePort,
  parseSize,
} from './option-parsers.ts';
import type { PamCommandOptions } from './pam-command.ts';
import type { ServerCommandOptions } from './server-command.ts';
import type { UpCommandOptions } from './up/up-command.ts';

/** A pair has two; more stand by. */
const serversMax = 16;

/** Adds the commands that serve. What they need is loaded when one is run: other commands start without it. */
export function registerServerCommands(program: Command): void {
  addUp(program);
  addServer(program);
  addPam(program);
  addSecret(program);
}

function addUp(program: Command): void {
  program
    .command('up')
    .summary('run a PAM and a pair of servers on this machine')
    .description(
      'Runs a PAM and a pair of file servers on this machine, over a folder, until Ctrl-C. A server that dies is started ' +
        'again as backup.',
    )
    .addOption(option('--data <folder>', 'where everything is kept').default('./fuga-data'))
    .addOption(count('--servers <number>', 'servers of the pair', serversMax).default(2))
    .addOption(aliases().default(['home'], 'home'))
    .addOption(
      port('--pam-port <port>', 'port of the PAM (default: 7460, or another where that is taken)'),
    )
    .addOption(servicePort())
    .addOption(silence())
    .addOption(quota())
    .addOption(exportsFile())
    .addOption(exportLine())
    .addOption(control())
    .option('--json', 'say everything as JSON, an object on each line', false)
    .option('--verbose', 'show all that the servers log', false)
    .action(
      guarded('up', async (options: UpCommandOptions) => {
        const { runUp } = await import('./up/up-command.ts');
        await runUp(options);
      }),
    );
}

function addServer(program: Command): void {
  program
    .command('server')
    .summary('run one server of a pair')
    .description(
      'Runs one process of a pair. All processes of a pair name the same data folder, aliases and PAMs; one of them is ' +
        'primary of each alias, the others are its backups. Each option may also be given as FUGA_... in the environment.',
    )
    .addOption(
      option('--node <name>', 'name of this process, another one for each process of the pair')
        .argParser(parseNode)
        .makeOptionMandatory(),
    )
    .addOption(
      option('--data <folder>', 'the stable area of alias X is <folder>/X').makeOptionMandatory(),
    )
    .addOption(aliases().makeOptionMandatory())
    .addOption(
      option('--pam <url,...>', 'addresses of the PAMs').argParser(parsePams).makeOptionMandatory(),
    )
    .addOption(bindHost())
    .addOption(servicePort())
    .addOption(port('--pair-port <port>', 'where the other processes ask for this one').default(0))
    .addOption(port('--admin-port <port>', 'health, status and metrics over HTTP').default(0))
    .addOption(option('--advertise <host>', 'the host that others are told (default: --host)'))
    .addOption(secretFile())
    .addOption(silence())
    .addOption(quota())
    .addOption(exportsFile())
    .addOption(exportLine())
    .addOption(control())
    .addOption(logLevel())
    .action(
      guarded('server', async (options: ServerCommandOptions) => {
        const { runServer } = await import('./server-command.ts');
        await runServer(options);
      }),
    );
}

function addPam(program: Command): void {
  program
    .command('pam')
    .summary('run a port alias manager')
    .description(
      'Runs a Port Alias Manager: the directory from aliases to the ports where they are served now. It keeps nothing on ' +
        'disk. Each option may also be given as FUGA_... in the environment.',
    )
    .addOption(bindHost())
    .addOption(port('--port <port>', 'port to listen on').default(7_460))
    .addOption(secretFile())
    .addOption(logLevel())
    .action(
      guarded('pam', async (options: PamCommandOptions) => {
        const { runPam } = await import('./pam-command.ts');
        await runPam(options);
      }),
    );
}

function addSecret(program: Command): void {
  program
    .command('secret')
    .summary('make a cluster secret')
    .description('Makes a file with a new cluster secret, for all processes of one cluster.')
    .argument('<file>', 'where to put it')
    .option('--keep', 'do nothing where there is one already', false)
    .action((file: string, options: { keep: boolean }) =>
      guarded('secret', async () => {
        const { runSecret } = await import('./secret-command.ts');
        await runSecret(file, options);
      })(options),
    );
}

/** An option that may also be given in the environment: `--pair-port` as FUGA_PAIR_PORT. */
function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`FUGA_${made.name().toUpperCase().replaceAll('-', '_')}`);
}

function port(flags: string, description: string): Option {
  return option(flags, description).argParser(parsePort);
}

function count(flags: string, description: string, most: number): Option {
  return option(flags, description).argParser(parseCount(most));
}

function aliases(): Option {
  return option('--alias <name,...>', 'the volumes').argParser(parseAliases);
}

function bindHost(): Option {
  return option(
    '--host <address>',
    'address to listen on; without a cluster secret only loopback',
  ).default('127.0.0.1');
}

function servicePort(): Option {
  return port(
    '--port <port>',
    'where clients connect: the first alias here, the next ones on the next ports; 0: any free ones',
  ).default(0);
}

function secretFile(): Option {
  return option('--secret-file <file>', 'cluster secret, as `fuga secret` makes it');
}

function silence(): Option {
  return option(
    '--silence-ms <ms>',
    'a primary that is silent for so long is taken over (default: 1000)',
  ).argParser(parseMilliseconds);
}

function quota(): Option {
  return option(
    '--quota <size>',
    'most bytes that a volume may hold (default: the disk)',
  ).argParser(parseSize);
}

function exportsFile(): Option {
  return option(
    '--exports <file>',
    'who may mount what, in lines as in exports(5); read again at SIGHUP (default: everybody everything)',
  );
}

function exportLine(): Option {
  return option(
    '--export <line>',
    'one more such line, as "/home 10.0.0.0/8(rw)"; may be repeated',
  ).argParser((line, before: readonly string[] | undefined) => [...(before ?? []), line]);
}

/** Shows what other servers do; hidden, because nobody wants it. */
function control(): Option {
  return new Option(
    '--no-registration',
    'remember replies in memory only, as other servers do (for comparison)',
  ).hideHelp();
}

function logLevel(): Option {
  return option('--log-level <level>', 'least level that is logged')
    .choices(logLevels)
    .default('info');
}

/** A failure that its user can do something about ends the command with one line; anything else with its stack. */
function guarded<Options>(
  name: string,
  action: (options: Options) => Promise<void>,
): (options: Options) => Promise<void> {
  return async (options) => {
    try {
      await action(options);
    } catch (error) {
      const { describeFailure, exitCodeOf } = await import('./failure.ts');
      console.error(`fuga ${name}: ${describeFailure(error) ?? stackOf(error)}`);
      process.exit(exitCodeOf(error));
    }
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
