import { Option } from 'commander';
import type { Endpoint } from '../../../environment/network.ts';
import { locateCluster } from '../cluster/open-cluster.ts';
import { defineCommand } from '../command-definition.ts';
import type { ConnectionOptions } from '../context.ts';
import { runGatewayProcess } from '../gateway/gateway-process.ts';
import { parseListenAddress, parsePort } from '../gateway/listen-address.ts';

interface GatewayCommandOptions extends Omit<ConnectionOptions, 'notice'> {
  readonly listen: Endpoint;
  readonly mountPort?: number;
  readonly portmapper?: true;
  readonly secure?: true;
  readonly state?: string;
  readonly logLevel: string;
}

const listenDefault = '127.0.0.1:2049';
const stateDefault = 'fuga-gateway';
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const gateway = defineCommand<GatewayCommandOptions>({
  declare: (command) => {
    command
      .description(
        'Lets stock NFS clients mount an alias: relays what they ask to wherever it is served now, so that their connection ' +
          'outlives every takeover. Runs on the machine that mounts, until a signal ends it.',
      )
      .addOption(
        new Option('--listen <address:port>', 'where clients find NFS and MOUNT, over TCP and UDP')
          .argParser(parseListenAddress)
          .default(parseListenAddress(listenDefault), listenDefault),
      )
      .addOption(new Option('--mount-port <port>', 'one more port, for MOUNT').argParser(parsePort))
      .option('--portmapper', 'run a portmapper too, on port 111')
      .option('--secure', 'relay only for clients with a source port below 1024')
      .option(
        '--state <folder>',
        `what a restarted gateway knows its clients by (default: ./${stateDefault}/ALIAS)`,
      )
      .addOption(
        new Option('--log-level <level>', 'least level that is logged, on standard error')
          .choices(logLevels)
          .default('info'),
      )
      .addHelpText('after', notes);
  },

  run: async (run, _operands, options) => {
    const { context } = run;
    const alias = await run.cluster.defaultAlias();
    await runGatewayProcess(
      {
        alias,
        address: locateCluster(options, context),
        workingDirectory: context.workingDirectory,
        listen: options.listen,
        mountPort: options.mountPort,
        portmapper: options.portmapper === true,
        secure: options.secure === true,
        state: options.state ?? `${stateDefault}/${alias}`,
        logLevel: options.logLevel,
      },
      (line) => run.printLine(line),
    );
  },
});

const notes = `
Prints the command that mounts the alias on Linux; docs/clients.md has those for
other systems. Without a cluster secret it listens on loopback only.`;
