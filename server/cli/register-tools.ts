import { type Command, Option } from 'commander';
import type { AdminServersOptions } from './admin-servers.ts';
import { portmapperPort } from '../../rpc/portmapper/registry.ts';
import { guarded } from './guarded.ts';
import { parseAdmins, parseMilliseconds, parsePort } from './option-parsers.ts';
import { option, secretFile } from './options.ts';
import type { RpcinfoOptions } from './rpcinfo-command.ts';
import type { SwitchoverCommandOptions } from './switchover-command.ts';
import type { UpgradeCommandOptions } from './upgrade-command.ts';

/** Adds the commands that look after running servers. */
export function registerToolCommands(program: Command): void {
  addExports(program);
  addSwitchover(program);
  addUpgrade(program);
  addRpcinfo(program);
}

function addSwitchover(program: Command): void {
  program
    .command('switchover')
    .summary('give a volume to a backup')
    .description(
      'Lets the primary of a volume hand it to a backup. Clients see a short stall: what was under way comes again, and is ' +
        'recognised. A server that ends (SIGTERM) does the same by itself.',
    )
    .argument('<alias>')
    .addOption(option('--to <node>', 'the backup that is to serve (default: any)'))
    .addOption(admins())
    .addOption(dataOfUp())
    .addOption(secretFile())
    .action(
      guarded('switchover', async (alias: string, options: SwitchoverCommandOptions) => {
        const { runSwitchover } = await import('./switchover-command.ts');
        await runSwitchover(alias, options);
      }),
    );
}

function addUpgrade(program: Command): void {
  program
    .command('upgrade')
    .summary('replace running servers, one after the other')
    .description(
      'Ends each server of a `fuga up`, which starts it again with the program that is on disk now: backups first; a primary ' +
        'hands its volumes over before. Clients see a short stall for each volume. To be run after another program was installed.',
    )
    .addOption(dataOfUp())
    .addOption(
      option('--patience-ms <ms>', 'how long a server may take to come back')
        .argParser(parseMilliseconds)
        .default(60_000),
    )
    .action(
      guarded('upgrade', async (options: UpgradeCommandOptions) => {
        const { runUpgrade } = await import('./upgrade-command.ts');
        await runUpgrade(options);
      }),
    );
}

function addExports(program: Command): void {
  const exports = program
    .command('exports')
    .summary('show who may mount what, or read it again')
    .description(
      'Shows the exports of running servers, or lets them read their files again. docs/exports.md says how exports are written.',
    );
  exports
    .command('show')
    .description('Shows the exports that are in force.')
    .addOption(admins())
    .addOption(dataOfUp())
    .addOption(secretFile())
    .action(
      guarded('exports show', async (options: AdminServersOptions) => {
        const { runExportsShow } = await import('./exports-command.ts');
        await runExportsShow(options);
      }),
    );
  exports
    .command('reload')
    .description('Reads the exports again. Where a line is bad the old ones stay in force.')
    .addOption(admins())
    .addOption(dataOfUp())
    .addOption(secretFile())
    .action(
      guarded('exports reload', async (options: AdminServersOptions) => {
        const { runExportsReload } = await import('./exports-command.ts');
        await runExportsReload(options);
      }),
    );
}

function addRpcinfo(program: Command): void {
  program
    .command('rpcinfo')
    .summary('show what a portmapper knows, or whether a program answers')
    .description(
      'Lists the programs that are registered with the portmapper of a host or, where a program is named, calls it. ' +
        'Programs: a number, or nfs, mountd, portmapper and a few others.',
    )
    .argument('<host>')
    .argument('[program...]', 'PROGRAM VERSION [tcp|udp]: what to call instead')
    .addOption(portmapperAt())
    .action(
      guarded('rpcinfo', async (host: string, words: string[], options: RpcinfoOptions) => {
        const { runRpcinfo } = await import('./rpcinfo-command.ts');
        await runRpcinfo(host, words, options);
      }),
    );
}

function admins(): Option {
  return option('--admin <url,...>', 'administrative addresses of the servers').argParser(
    parseAdmins,
  );
}

function dataOfUp(): Option {
  return option('--data <folder>', 'folder of a `fuga up`, for its servers').default('./fuga-data');
}

/** Not in the environment: FUGA_PORT is a server's. */
function portmapperAt(): Option {
  return new Option('--port <port>', 'where the portmapper is')
    .argParser(parsePort)
    .default(portmapperPort);
}
