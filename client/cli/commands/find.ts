import { InvalidArgumentError, Option } from 'commander';
import { baseName, pathOf } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { fileJson } from '../file-json.ts';
import { nameMatcher } from '../glob.ts';
import { reasonOf } from '../reason.ts';
import type { RemoteFile } from '../remote-files.ts';
import { walk, type WalkedFile } from '../walk.ts';

const typeLetters = ['f', 'd', 'l', 'b', 'c', 'p', 's'] as const;
type TypeLetter = (typeof typeLetters)[number];

interface FindOptions {
  readonly name?: string;
  readonly iname?: string;
  readonly type?: readonly TypeLetter[];
  readonly maxdepth?: number;
  readonly mindepth?: number;
  readonly print0?: boolean;
  readonly json?: boolean;
}

export const find = defineCommand<FindOptions>({
  declare: (command) => {
    command
      .description(
        'Find files below directories; without a path, below the root of the alias. Options may be written with one ' +
          "hyphen, as for find(1): fuga find home:/ -name '*.log' -type f",
      )
      .argument('[path...]', 'home:/path, or /path in the default alias; patterns are understood')
      .option('--name <pattern>', 'names that match a shell pattern')
      .option('--iname <pattern>', 'as --name, small letters are as good as capital ones')
      .addOption(
        new Option(
          '--type <letters>',
          'f file, d directory, l symbolic link; several with commas',
        ).argParser(parseTypes),
      )
      .addOption(new Option('--maxdepth <levels>', 'no deeper than this').argParser(parseLevels))
      .addOption(new Option('--mindepth <levels>', 'no higher than this').argParser(parseLevels))
      .addOption(new Option('--print', 'print paths, as it does anyway').hideHelp())
      .option('--print0', 'a NUL byte after each path, for xargs -0')
      .option('--json', 'a JSON array');
  },

  run: async (run, operands, options) => {
    const files = await run.files.expand(operands.length === 0 ? ['/'] : operands);
    const matches = await matcherOf(options);
    const found: unknown[] = [];
    for (const file of files) {
      await run.attempt(
        () => findBelow(run, file, options, matches, found),
        (reason) => `${quote(file.label)}: ${reason}`,
      );
    }
    if (options.json === true) await run.printJson(found);
  },
});

async function findBelow(
  run: CommandRun,
  { fs, path, label }: RemoteFile,
  options: FindOptions,
  matches: (file: WalkedFile) => boolean,
  found: unknown[],
): Promise<void> {
  const { maxdepth = Infinity, mindepth = 0 } = options;
  const start = { fs, path, shown: pathOf(label) };
  for await (const step of walk(start, ({ depth }) => depth < maxdepth)) {
    if (step.kind === 'failure') {
      run.fail(`${quote(step.file.path.toString('utf8'))}: ${reasonOf(step.error)}`);
    }
    if (step.kind !== 'file' || step.file.depth < mindepth || !matches(step.file)) continue;
    const { file } = step;
    if (options.json === true) {
      found.push(fileJson(file.path.toString('utf8'), baseName(file.name), file.stats));
    } else {
      const end = options.print0 === true ? '\0' : '\n';
      await run.print(Buffer.concat([file.path, Buffer.from(end)]));
    }
  }
}

async function matcherOf(options: FindOptions): Promise<(file: WalkedFile) => boolean> {
  const { name, iname, type } = options;
  const byName = name === undefined ? undefined : await nameMatcher(name, { dot: true });
  const byAnyCase =
    iname === undefined ? undefined : await nameMatcher(iname, { dot: true, nocase: true });
  return (file) => {
    const shown = baseName(file.name).toString('utf8');
    if (byName?.(shown) === false || byAnyCase?.(shown) === false) return false;
    return type === undefined || type.includes(letterOf(file));
  };
}

function letterOf({ stats }: WalkedFile): TypeLetter {
  if (stats.isDirectory()) return 'd';
  if (stats.isSymbolicLink()) return 'l';
  if (stats.isBlockDevice()) return 'b';
  if (stats.isCharacterDevice()) return 'c';
  if (stats.isFIFO()) return 'p';
  return stats.isSocket() ? 's' : 'f';
}

function parseTypes(text: string): TypeLetter[] {
  return text.split(',').map((letter) => {
    const known = typeLetters.find((each) => each === letter);
    if (known === undefined) throw new InvalidArgumentError(`Unknown type '${letter}'.`);
    return known;
  });
}

function parseLevels(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a number, 0 or more.');
  return Number(text);
}
