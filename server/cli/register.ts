import type { Command } from 'commander';
import { guarded } from './guarded.ts';
import { parseCount, parseNode, parsePams } from './option-parsers.ts';
import {
  aliases,
  bindHost,
  control,
  exportLine,
  exportsFile,
  logLevel,
  mountPort,
  option,
  port,
  portmapperPort,
  quota,
  runsPortmapper,
  secretFile,
  servicePort,
  silence,
  supervised,
} from './options.ts';
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
    .addOption(
      option('--servers <number>', 'servers of the pair')
        .argParser(parseCount(serversMax))
        .default(2),
    )
    .addOption(aliases().default(['home'], 'home'))
    .addOption(
      port('--pam-port <port>', 'port of the PAM (default: 7460, or another where that is taken)'),
    )
    .addOption(servicePort())
    .addOption(mountPort())
    .addOption(runsPortmapper())
    .addOption(portmapperPort())
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
    .addOption(mountPort())
    .addOption(port('--pair-port <port>', 'where the other processes ask for this one').default(0))
    .addOption(port('--admin-port <port>', 'health, status and metrics over HTTP').default(0))
    .addOption(runsPortmapper())
    .addOption(portmapperPort())
    .addOption(
      option('--no-rpcbind', 'do not register with the portmapper that runs on this machine'),
    )
    .addOption(option('--advertise <host>', 'the host that others are told (default: --host)'))
    .addOption(secretFile())
    .addOption(silence())
    .addOption(quota())
    .addOption(exportsFile())
    .addOption(exportLine())
    .addOption(control())
    .addOption(supervised())
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
    .action(
      guarded('secret', async (file: string, options: { keep: boolean }) => {
        const { runSecret } = await import('./secret-command.ts');
        await runSecret(file, options);
      }),
    );
}
