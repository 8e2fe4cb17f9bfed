import { InvalidArgumentError, Option } from 'commander';
import { pathOf } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { reasonOf } from '../reason.ts';
import type { RemoteFile } from '../remote-files.ts';
import { humanSize } from '../text/size.ts';
import { walk, type WalkedFile } from '../walk.ts';

interface DuOptions {
  readonly all?: boolean;
  readonly summarize?: boolean;
  readonly humanReadable?: boolean;
  readonly bytes?: boolean;
  readonly maxDepth?: number;
  readonly json?: boolean;
}

const statBlockBytes = 512;
const shownBlockBytes = 1024;

export const du = defineCommand<DuOptions>({
  declare: (command) => {
    command
      .description(
        'Show what directories take, in units of 1024 bytes. Without a path: from the root of the alias.',
      )
      .argument('[path...]', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-a, --all', 'files, too')
      .option('-s, --summarize', 'a total for each path only')
      .option('-h, --human-readable', 'sizes such as 1.5K or 20M')
      .option('-b, --bytes', 'the size of content in bytes, not what it takes on the disk')
      .addOption(
        new Option('-d, --max-depth <levels>', 'no deeper than this').argParser(parseLevels),
      )
      .option('--json', 'a JSON array');
  },

  run: async (run, operands, options) => {
    const files = await run.files.expand(operands.length === 0 ? ['/'] : operands);
    const usage = new Usage(run, options);
    for (const file of files) {
      await run.attempt(
        () => usage.measure(file),
        (reason) => `cannot access ${quote(file.label)}: ${reason}`,
      );
    }
    if (options.json === true) await run.printJson(usage.found);
  },
});

class Usage {
  readonly found: unknown[] = [];
  readonly #run: CommandRun;
  readonly #options: DuOptions;
  /** Hard links: a file with several names takes its space once. */
  readonly #counted = new Set<string>();

  constructor(run: CommandRun, options: DuOptions) {
    this.#run = run;
    this.#options = options;
  }

  async measure({ fs, path, label }: RemoteFile): Promise<void> {
    /** Bytes of each directory on the way down to where the walk is. */
    const sums: number[] = [];
    for await (const step of walk({ fs, path, shown: pathOf(label) })) {
      const { file } = step;
      if (step.kind === 'failure') {
        const shown = file.path.toString('utf8');
        this.#run.fail(`cannot read directory ${quote(shown)}: ${reasonOf(step.error)}`);
      } else if (step.kind === 'leave') {
        const bytes = sums.pop() ?? 0;
        addToLast(sums, bytes);
        await this.#show(file, bytes, true);
      } else if (file.stats.isDirectory()) {
        sums.push(this.#bytesOf(file));
      } else {
        const bytes = this.#bytesOf(file);
        addToLast(sums, bytes);
        await this.#show(file, bytes, this.#options.all === true || file.depth === 0);
      }
    }
  }

  #bytesOf({ stats }: WalkedFile): number {
    if (stats.nlink > 1 && !stats.isDirectory()) {
      const identity = `${stats.dev}:${stats.ino}`;
      if (this.#counted.has(identity)) return 0;
      this.#counted.add(identity);
    }
    if (this.#options.bytes === true) return stats.isDirectory() ? 0 : stats.size;
    return stats.blocks * statBlockBytes;
  }

  async #show(file: WalkedFile, bytes: number, isListed: boolean): Promise<void> {
    const { summarize = false, maxDepth = Infinity } = this.#options;
    if (!isListed || file.depth > (summarize ? 0 : maxDepth)) return;
    const path = file.path.toString('utf8');
    if (this.#options.json === true) this.found.push({ path, bytes });
    else await this.#run.printLine(`${this.#size(bytes)}\t${path}`);
  }

  #size(bytes: number): string {
    if (this.#options.humanReadable === true) return humanSize(bytes);
    return String(this.#options.bytes === true ? bytes : Math.ceil(bytes / shownBlockBytes));
  }
}

function addToLast(sums: number[], bytes: number): void {
  if (sums.length > 0) sums.push((sums.pop() ?? 0) + bytes);
}

function parseLevels(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a number, 0 or more.');
  return Number(text);
}
