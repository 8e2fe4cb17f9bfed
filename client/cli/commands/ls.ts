import { joinPath, pathOf } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { listHere } from '../listing.ts';
import { type LsOptions, LsFormat } from '../ls-format.ts';
import type { ListEntry } from '../ls-format.ts';
import type { RemoteFile } from '../remote-files.ts';

/** GNU: 2 where an operand cannot be accessed, 1 where a directory below one cannot. */
const serious = 2;

export const ls = defineCommand<LsOptions>({
  exitCodeOfTrouble: serious,

  declare: (command) => {
    command
      .description('List directories and files. Without a path: the root of the alias.')
      .argument('[path...]', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-a, --all', 'names that start with a dot, too')
      .option('-d, --directory', 'directories themselves, not what is in them')
      .option('-l', 'long: mode, links, owner, group, size, time')
      .option('-n, --numeric-uid-gid', 'as -l, with numbers of users and groups')
      .option('-h, --human-readable', 'with -l, sizes such as 1.5K or 20M')
      .option('-R, --recursive', 'directories below, too')
      .option('-1', 'one name on each line (always so where output is no terminal)')
      .option('-t', 'newest first')
      .option('-S', 'largest first')
      .option('-r, --reverse', 'the other way round')
      .option('--json', 'a JSON array')
      .addHelpText(
        'after',
        '\nExit code: 2 if a path cannot be accessed, 1 if a directory below it cannot.',
      );
  },

  run: async (run, operands, options) => {
    const files = await run.files.expand(operands.length === 0 ? ['/'] : operands);
    const listing = new Listing(run, options, await LsFormat.create(run, options));
    await listing.listAll(files);
    await listing.finish();
  },
});

class Listing {
  readonly #run: CommandRun;
  readonly #options: LsOptions;
  readonly #format: LsFormat;
  readonly #found: ListEntry[] = [];
  #isFirstBlock = true;

  constructor(run: CommandRun, options: LsOptions, format: LsFormat) {
    this.#run = run;
    this.#options = options;
    this.#format = format;
  }

  /** Files first, together; then each directory with its name above it, as ls(1) does. */
  async listAll(files: readonly RemoteFile[]): Promise<void> {
    const entries: ListEntry[] = [];
    const directories: RemoteFile[] = [];
    for (const file of files) {
      const entry = await this.#run.attempt(
        () => this.#entryOf(file),
        (reason) => `cannot access ${quote(file.label)}: ${reason}`,
        serious,
      );
      if (entry === undefined) continue;
      const isListed = entry.stats.isDirectory() && this.#options.directory !== true;
      if (isListed) directories.push(file);
      else entries.push(entry);
    }
    if (entries.length > 0) await this.#show(entries, undefined);
    const hasHeadings = files.length > 1 || this.#options.recursive === true;
    for (const directory of directories) await this.#listDirectory(directory, hasHeadings, serious);
  }

  async finish(): Promise<void> {
    if (this.#options.json === true) {
      await this.#run.printJson(this.#found.map((entry) => this.#format.json(entry)));
    }
  }

  /** What a link leads to, where that is a directory to be listed; the link itself in long form. */
  async #entryOf({ fs, path, label }: RemoteFile): Promise<ListEntry> {
    const stats = await fs.lstat(path);
    const goesThrough = !this.#format.isLong && this.#options.directory !== true;
    const target =
      stats.isSymbolicLink() && goesThrough ? await this.#targetOf(fs, path) : undefined;
    const name = Buffer.from(label);
    return { name, shownPath: label, stats: target ?? stats, here: fs, path };
  }

  async #targetOf(fs: RemoteFile['fs'], path: Buffer) {
    const stats = await fs.stat(path).catch(() => undefined);
    return stats?.isDirectory() === true ? stats : undefined;
  }

  async #listDirectory(
    { fs, path, label, alias }: RemoteFile,
    hasHeading: boolean,
    exitCode: number,
  ): Promise<void> {
    const run = this.#run;
    const entries = await run.attempt(
      async () => this.#read(await fs.cd(path), label),
      (reason) => `cannot open directory ${quote(label)}: ${reason}`,
      exitCode,
    );
    if (entries === undefined) return;
    await this.#show(entries, hasHeading ? label : undefined);
    if (this.#options.recursive !== true) return;
    for (const { name, stats, here, shownPath } of this.#format.sort(entries)) {
      const isDot = name.equals(pathOf('.')) || name.equals(pathOf('..'));
      if (!stats.isDirectory() || isDot) continue;
      await this.#listDirectory({ fs: here, path: name, label: shownPath, alias }, true, 1);
    }
  }

  async #read(here: RemoteFile['fs'], label: string): Promise<ListEntry[]> {
    const showsAll = this.#options.all === true;
    const names = showsAll ? [pathOf('.'), pathOf('..')] : [];
    const dots = await Promise.all(
      names.map(async (name) => ({ name, stats: await here.stat(name) })),
    );
    const files = (await listHere(here)).filter(({ name }) => showsAll || name[0] !== 0x2e);
    return [...dots, ...files].map(({ name, stats }) => {
      const shownPath = joinPath(pathOf(label), name).toString('utf8');
      return { name, shownPath, stats, here, path: name };
    });
  }

  async #show(entries: readonly ListEntry[], heading: string | undefined): Promise<void> {
    const sorted = this.#format.sort(entries);
    if (this.#options.json === true) {
      this.#found.push(...sorted);
      return;
    }
    const lines = await this.#format.lines(
      sorted,
      heading !== undefined || !this.#isFileBlock(entries),
    );
    if (!this.#isFirstBlock) await this.#run.printLine('');
    this.#isFirstBlock = false;
    if (heading !== undefined) await this.#run.printLine(`${heading}:`);
    for (const line of lines) await this.#run.printLine(line);
  }

  /** Operands that are files are shown without a total. */
  #isFileBlock(entries: readonly ListEntry[]): boolean {
    return entries.some(({ name, shownPath }) => name.toString('utf8') === shownPath);
  }
}
