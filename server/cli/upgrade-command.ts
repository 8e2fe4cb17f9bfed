import { setTimeout as sleep } from 'node:timers/promises';
import { askServers } from './admin-servers.ts';
import { CommandFailure } from './failure.ts';
import { handOver } from './switchover-command.ts';
import { type ClusterFile, type ClusterServer, readClusterFile } from './up/cluster-file.ts';

export interface UpgradeCommandOptions {
  /** Of the `fuga up` whose servers are replaced. */
  readonly data: string;
  /** How long a server that was ended may take to come back and to find its place. */
  readonly patienceMs: number;
}

const lookMs = 50;

/**
 * `fuga upgrade`: replaces the servers of a `fuga up` one after the other, so that they run the program that is on disk now.
 * A primary hands its volumes over before it is ended, and nobody is ended before the one before it stands by again: where
 * the new program does not start, the others go on with the old one.
 */
export async function runUpgrade(options: UpgradeCommandOptions): Promise<void> {
  const { servers } = clusterOf(options.data);
  const [only, second] = servers;
  if (only === undefined || second === undefined) {
    throw new CommandFailure(
      'there is no backup to serve while the primary is replaced: start `fuga up` with --servers 2 or more',
    );
  }
  const isPrimary = (server: ClusterServer): boolean =>
    Object.values(server.roles).includes('primary');
  const backupsFirst = [
    ...servers.filter((server) => !isPrimary(server)),
    ...servers.filter(isPrimary),
  ];
  for (const { node } of backupsFirst) await replace(options, node);
}

async function replace(options: UpgradeCommandOptions, node: string): Promise<void> {
  const { data } = options;
  const before = await inPlace(options, node, undefined);
  await checkAnswers(options, before);
  for (const [alias, role] of Object.entries(before.roles)) {
    if (role === 'primary') console.log(await handOver(alias, { data }));
  }
  process.kill(before.pid, 'SIGTERM');
  const { pid } = await inPlace(options, node, before.pid);
  console.log(`${node} runs anew (pid ${before.pid} before, ${pid} now)`);
}

/** The file of a `fuga up` that was killed names processes that are gone, and whose numbers others may have by now. */
async function checkAnswers(
  { data }: UpgradeCommandOptions,
  { node, pid, adminUrl }: ClusterServer,
): Promise<void> {
  let found: unknown;
  await askServers({ admin: [adminUrl], data }, { method: 'GET', path: '/status' }, (_, answer) => {
    found = answer instanceof Error ? answer : answer.json;
    return false;
  });
  if (typeof found === 'object' && found !== null && 'pid' in found && found.pid === pid) return;
  throw new CommandFailure(
    `${node} (pid ${pid}) does not answer at ${adminUrl}: does the \`fuga up\` over ${data} still run?`,
    { cause: found },
  );
}

/** Resolves when the server, in another process than `before`, has a role in each volume, and others can stand in for it. */
async function inPlace(
  { data, patienceMs }: UpgradeCommandOptions,
  node: string,
  before: number | undefined,
): Promise<ClusterServer> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const { servers } = clusterOf(data);
    const found = servers.find((server) => server.node === node);
    if (found !== undefined && found.pid !== before && servers.every(hasRoles)) return found;
    if (performance.now() >= untilMs) {
      throw new CommandFailure(
        `${node} does not come back: see what \`fuga up\` says of it. The others have not been touched since, and go on`,
      );
    }
    await sleep(lookMs);
  }
}

function hasRoles({ roles }: ClusterServer): boolean {
  return Object.values(roles).every((role) => role === 'primary' || role === 'backup');
}

function clusterOf(data: string): ClusterFile {
  const cluster = readClusterFile(data);
  if (cluster !== undefined) return cluster;
  throw new CommandFailure(`no \`fuga up\` runs over ${data}: name its folder with --data`);
}
