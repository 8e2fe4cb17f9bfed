import type { StatsFs } from '../../stats.ts';
import { defineCommand } from '../command-definition.ts';
import type { CommandRun } from '../command-run.ts';
import { CommandFailure } from '../failure.ts';
import type { RemoteFile } from '../remote-files.ts';
import { table } from '../text/columns.ts';
import { humanSize } from '../text/size.ts';

interface DfOptions {
  readonly humanReadable?: boolean;
  readonly json?: boolean;
}

interface Space {
  readonly alias: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly availableBytes: number;
}

const shownBlockBytes = 1024;
const numberColumns = [1, 2, 3, 4];

export const df = defineCommand<DfOptions>({
  declare: (command) => {
    command
      .description('Show how much of a volume is used and free. Without a path: of each alias.')
      .argument('[path...]', 'home:/path, or /path in the default alias')
      .option('-h, --human-readable', 'sizes such as 1.5K or 20M')
      .option('--json', 'a JSON array');
  },

  run: async (run, operands, options) => {
    const paths = operands.length === 0 ? await allAliases(run) : operands;
    const spaces: Space[] = [];
    for (const file of await run.files.expand(paths)) {
      const space = await run.attempt(
        () => spaceOf(file),
        (reason) => `${file.label}: ${reason}`,
      );
      if (space !== undefined) spaces.push(space);
    }
    if (options.json === true) await run.printJson(spaces);
    else if (spaces.length > 0) await printTable(run, spaces, options.humanReadable === true);
  },
});

/** Aliases that are served: asking for another one would wait until somebody serves it. */
async function allAliases(run: CommandRun): Promise<string[]> {
  const answers = await run.cluster.pam.list();
  const found = answers.find((answer) => answer.ok);
  if (found === undefined) {
    const reasons = answers.map((answer) => (answer.ok ? '' : `${answer.url}: ${answer.reason}`));
    throw new CommandFailure(`no port alias manager answers (${reasons.join('; ')})`);
  }
  return found.aliases
    .filter(({ statement }) => statement.kind === 'port')
    .map(({ name }) => `${name}:/`);
}

async function spaceOf({ fs, alias, path }: RemoteFile): Promise<Space> {
  const space = await fs.statfs(path);
  return {
    alias,
    totalBytes: space.blocks * space.bsize,
    usedBytes: usedBlocks(space) * space.bsize,
    availableBytes: space.bavail * space.bsize,
  };
}

function usedBlocks({ blocks, bfree }: StatsFs): number {
  return Math.max(0, blocks - bfree);
}

async function printTable(
  run: CommandRun,
  spaces: readonly Space[],
  isHuman: boolean,
): Promise<void> {
  const size = (bytes: number) =>
    isHuman ? humanSize(bytes) : String(Math.ceil(bytes / shownBlockBytes));
  const head = [
    'Alias',
    isHuman ? 'Size' : '1K-blocks',
    'Used',
    isHuman ? 'Avail' : 'Available',
    'Use%',
  ];
  const rows = spaces.map(({ alias, totalBytes, usedBytes, availableBytes }) => {
    const reachable = usedBytes + availableBytes;
    const percent = reachable === 0 ? '-' : `${Math.ceil((usedBytes / reachable) * 100)}%`;
    return [`${alias}:`, size(totalBytes), size(usedBytes), size(availableBytes), percent];
  });
  for (const line of table([head, ...rows], numberColumns)) await run.printLine(line);
}
