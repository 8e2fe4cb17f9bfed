import { type ChangedFile, changeTrees } from '../change-tree.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';

interface ChownOptions {
  readonly recursive?: boolean;
  readonly verbose?: boolean;
}

interface Owner {
  /** -1: as it is. */
  readonly uid: number;
  readonly gid: number;
}

export const chown = defineCommand<ChownOptions>({
  declare: (command) => {
    command
      .description(
        "Change owner and group. Numbers are sent as they are; names are looked up on this machine's lists.",
      )
      .argument('<owner>', 'user, user:group, or :group; numbers or names')
      .argument('<path...>', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-R, --recursive', 'directories with all that is below')
      .option('-v, --verbose', 'say what is changed');
  },

  run: async (run, [text = '', ...paths], options) => {
    const owner = parseOwner(run, text);
    const files = await run.files.expand(paths);
    await changeTrees(run, files, options.recursive === true, (file) =>
      changeOwner(run, file, owner, text, options),
    );
  },
});

async function changeOwner(
  run: CommandRun,
  { here, name, stats, label }: ChangedFile,
  { uid, gid }: Owner,
  text: string,
  { verbose = false }: ChownOptions,
): Promise<void> {
  const done = await run.attempt(
    async () => {
      // Links on the way down are changed themselves: what they lead to may be anywhere.
      if (stats.isSymbolicLink()) await here.lchown(name, uid, gid);
      else await here.chown(name, uid, gid);
      return true;
    },
    (reason) => `changing ownership of ${quote(label)}: ${reason}`,
  );
  if (done === true && verbose) {
    await run.printLine(`changed ownership of ${quote(label)} to ${text}`);
  }
}

function parseOwner(run: CommandRun, text: string): Owner {
  const match = /^([^:]*)(?::([^:]*))?$/.exec(text);
  if (match === null || text === '' || text === ':')
    throw run.wrongUsage(`invalid owner: ${quote(text)}`);
  const { owners } = run.context;
  const [, user = '', group = ''] = match;
  const uid = idOf(user, (name) => owners.userId(name));
  const gid = idOf(group, (name) => owners.groupId(name));
  if (uid === undefined) throw run.wrongUsage(`invalid user: ${quote(text)}`);
  if (gid === undefined) throw run.wrongUsage(`invalid group: ${quote(text)}`);
  return { uid, gid };
}

/** -1 where nothing is given; undefined where the name is not known. */
function idOf(text: string, find: (name: string) => number | undefined): number | undefined {
  if (text === '') return -1;
  if (/^\d{1,10}$/.test(text)) return Number(text) < 0xffff_ffff ? Number(text) : undefined;
  return find(text);
}
