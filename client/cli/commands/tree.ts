import { InvalidArgumentError, Option } from 'commander';
import { baseName, pathOf } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import type { CommandRun } from '../command-run.ts';
import { fileJson } from '../file-json.ts';
import { type Paint, paintFor, paintName } from '../paint.ts';
import { reasonOf } from '../reason.ts';
import type { RemoteFile } from '../remote-files.ts';
import { safeName } from '../text/safe-name.ts';
import { walk, type WalkedFile } from '../walk.ts';

interface TreeOptions {
  readonly all?: boolean;
  readonly directories?: boolean;
  readonly level?: number;
  readonly json?: boolean;
}

interface Counts {
  directories: number;
  files: number;
}

interface JsonNode extends Record<string, unknown> {
  readonly contents?: JsonNode[];
}

export const tree = defineCommand<TreeOptions>({
  declare: (command) => {
    command
      .description('Show directories as trees. Without a path: from the root of the alias.')
      .argument('[path...]', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-a, --all', 'names that start with a dot, too')
      .option('-d, --directories', 'directories only')
      .addOption(new Option('-L, --level <levels>', 'no deeper than this').argParser(parseLevel))
      .option('--json', 'a JSON array of nested objects');
  },

  run: async (run, operands, options) => {
    const paint = await paintFor(run.context, run.context.stdout);
    const counts: Counts = { directories: 0, files: 0 };
    const roots: JsonNode[] = [];
    for (const file of await run.files.expand(operands.length === 0 ? ['/'] : operands)) {
      await run.attempt(
        () =>
          options.json === true
            ? collect(run, file, options, roots)
            : draw(run, file, options, counts, paint),
        (reason) => `${file.label}: ${reason}`,
      );
    }
    if (options.json === true) await run.printJson(roots);
    else await run.printLine(`\n${summary(counts, options)}`);
  },
});

async function draw(
  run: CommandRun,
  { fs, path, label }: RemoteFile,
  options: TreeOptions,
  counts: Counts,
  paint: Paint,
): Promise<void> {
  // For each level above: whether more of it follows.
  const more: boolean[] = [];
  for await (const file of shownFiles(run, { fs, path, shown: pathOf(label) }, options)) {
    if (file.depth > 0) {
      if (file.stats.isDirectory()) counts.directories += 1;
      else counts.files += 1;
    }
    more.length = Math.max(0, file.depth - 1);
    const lines = more.map((goesOn) => (goesOn ? '│   ' : '    ')).join('');
    const branch = file.depth === 0 ? '' : file.isLast ? '└── ' : '├── ';
    more.push(!file.isLast);
    const bytes = file.depth === 0 ? pathOf(label) : file.name;
    const name = run.isTerminal ? safeName(bytes.toString('utf8')) : bytes.toString('utf8');
    const target = file.stats.isSymbolicLink()
      ? ` -> ${await file.here.readlink(file.name).catch(() => '?')}`
      : '';
    await run.printLine(lines + branch + paintName(paint, name, file.stats) + target);
  }
}

async function collect(
  run: CommandRun,
  { fs, path, label }: RemoteFile,
  options: TreeOptions,
  roots: JsonNode[],
): Promise<void> {
  const open: JsonNode[][] = [roots];
  for await (const file of shownFiles(run, { fs, path, shown: pathOf(label) }, options)) {
    const fields = fileJson(file.path.toString('utf8'), baseName(file.name), file.stats);
    const node: JsonNode = file.stats.isDirectory() ? { ...fields, contents: [] } : fields;
    open.length = file.depth + 1;
    open.at(-1)?.push(node);
    if (node.contents !== undefined) open.push(node.contents);
  }
}

/** The files to show, where `isLast` counts those that are shown only. */
async function* shownFiles(
  run: CommandRun,
  start: Parameters<typeof walk>[0],
  options: TreeOptions,
): AsyncGenerator<WalkedFile, void, undefined> {
  const { level = Infinity, all = false, directories = false } = options;
  const isShown = (file: WalkedFile) =>
    file.depth === 0 ||
    ((all || file.name[0] !== 0x2e) && (!directories || file.stats.isDirectory()));
  const mayEnter = (file: WalkedFile) => file.depth < level && isShown(file);
  for await (const step of walk(start, mayEnter, isShown)) {
    if (step.kind === 'file') yield step.file;
    if (step.kind === 'failure') {
      run.fail(`${step.file.path.toString('utf8')}: ${reasonOf(step.error)}`);
    }
  }
}

function summary({ directories, files }: Counts, options: TreeOptions): string {
  const first = `${directories} ${directories === 1 ? 'directory' : 'directories'}`;
  return options.directories === true
    ? first
    : `${first}, ${files} ${files === 1 ? 'file' : 'files'}`;
}

function parseLevel(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a number, 1 or more.');
  return Number(text);
}
