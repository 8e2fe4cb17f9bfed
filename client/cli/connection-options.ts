import { type Command, InvalidArgumentError, Option } from 'commander';

const group = 'Where the servers are:';

export const patienceDefaultSeconds = 15;

/** The options that say where the servers are; the same for each command. */
export function addConnectionOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--pam <url,...>',
        'address of the port alias manager, or of several (default: $FUGA_PAM, what fuga-data/cluster.json says, or http://127.0.0.1:7460)',
      ).helpGroup(group),
    )
    .addOption(
      new Option(
        '--servers <host:port,...>',
        'addresses of servers, where there is no port alias manager or none answers (default: $FUGA_SERVERS)',
      ).helpGroup(group),
    )
    .addOption(
      new Option(
        '--alias <name>',
        'the alias that paths without one are in (default: $FUGA_ALIAS, or the only one there is)',
      ).helpGroup(group),
    )
    .addOption(
      new Option(
        '--wait <seconds>',
        'how long to wait for a port alias manager that does not answer',
      )
        .argParser(parseSeconds)
        .default(patienceDefaultSeconds)
        .helpGroup(group),
    )
    .addOption(
      new Option(
        '--secret-file <file>',
        'the cluster secret, where servers ask for it (default: $FUGA_SECRET_FILE, or what fuga-data/cluster.json says)',
      ).helpGroup(group),
    );
}

function parseSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds <= 1e9))
    throw new InvalidArgumentError('Expected a number of seconds, such as 15.');
  return seconds;
}
