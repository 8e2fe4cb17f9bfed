import type { FugaFs } from '../file-system.ts';
import type { Stats } from '../stats.ts';
import type { CommandRun } from './command-run.ts';
import { type Paint, paintFor, paintName } from './paint.ts';
import { fileJson } from './file-json.ts';
import { inColumns, table } from './text/columns.ts';
import { modeText } from './text/mode.ts';
import { safeName } from './text/safe-name.ts';
import { humanSize } from './text/size.ts';
import { listTime } from './text/time.ts';

export interface LsOptions {
  readonly all?: boolean;
  readonly directory?: boolean;
  readonly l?: boolean;
  readonly numericUidGid?: boolean;
  readonly humanReadable?: boolean;
  readonly recursive?: boolean;
  readonly 1?: boolean;
  readonly t?: boolean;
  readonly S?: boolean;
  readonly reverse?: boolean;
  readonly json?: boolean;
}

export interface ListEntry {
  /** As it is shown. */
  readonly name: Buffer;
  readonly shownPath: string;
  readonly stats: Stats;
  /** Where `path` leads to the file. */
  readonly here: FugaFs;
  readonly path: Buffer;
}

const blockBytes = 1024;
const statBlockBytes = 512;
/** Links, size: numbers are set to the right. */
const rightColumns = [1, 4];

/** How entries are sorted and shown. */
export class LsFormat {
  readonly #run: CommandRun;
  readonly #options: LsOptions;
  readonly #paint: Paint;

  private constructor(run: CommandRun, options: LsOptions, paint: Paint) {
    this.#run = run;
    this.#options = options;
    this.#paint = paint;
  }

  static async create(run: CommandRun, options: LsOptions): Promise<LsFormat> {
    return new LsFormat(run, options, await paintFor(run.context, run.context.stdout));
  }

  get isLong(): boolean {
    return this.#options.l === true || this.#options.numericUidGid === true;
  }

  sort(entries: readonly ListEntry[]): ListEntry[] {
    const byName = (a: ListEntry, b: ListEntry) => Buffer.compare(a.name, b.name);
    const { t: byTime = false, S: bySize = false, reverse = false } = this.#options;
    const sorted = [...entries].sort((a, b) => {
      if (byTime) return b.stats.mtimeMs - a.stats.mtimeMs || byName(a, b);
      return bySize ? b.stats.size - a.stats.size || byName(a, b) : byName(a, b);
    });
    return reverse ? sorted.reverse() : sorted;
  }

  /** `hasTotal`: a directory's content in long form starts with what it takes. */
  async lines(entries: readonly ListEntry[], hasTotal: boolean): Promise<string[]> {
    if (this.isLong) {
      const rows = await Promise.all(entries.map((entry) => this.#longRow(entry)));
      return [...(hasTotal ? [this.#total(entries)] : []), ...table(rows, rightColumns)];
    }
    const names = entries.map((entry) => this.#name(entry));
    const { stdout } = this.#run.context;
    if (this.#options[1] === true || stdout.isTTY !== true) return names;
    return inColumns(names, stdout.columns ?? 80);
  }

  json({ shownPath, name, stats }: ListEntry): unknown {
    return fileJson(shownPath, name, stats);
  }

  async #longRow(entry: ListEntry): Promise<string[]> {
    const { stats, here, path } = entry;
    const { owners, nowMs } = this.#run.context;
    const isNumeric = this.#options.numericUidGid === true;
    const target = stats.isSymbolicLink() ? ` -> ${await this.#linkTarget(here, path)}` : '';
    return [
      modeText(stats),
      String(stats.nlink),
      isNumeric ? String(stats.uid) : owners.userName(stats.uid),
      isNumeric ? String(stats.gid) : owners.groupName(stats.gid),
      this.#size(stats.size),
      listTime(stats.mtimeMs, nowMs()),
      this.#name(entry) + target,
    ];
  }

  async #linkTarget(here: FugaFs, path: Buffer): Promise<string> {
    return this.#safe(await here.readlink(path).catch(() => '?'));
  }

  #total(entries: readonly ListEntry[]): string {
    const blocks = entries.reduce((sum, { stats }) => sum + stats.blocks, 0);
    const bytes = blocks * statBlockBytes;
    const isHuman = this.#options.humanReadable === true;
    return `total ${isHuman ? humanSize(bytes) : Math.ceil(bytes / blockBytes)}`;
  }

  #size(bytes: number): string {
    return this.#options.humanReadable === true ? humanSize(bytes) : String(bytes);
  }

  #name({ name, stats }: ListEntry): string {
    return paintName(this.#paint, this.#safe(name.toString('utf8')), stats);
  }

  #safe(name: string): string {
    return this.#run.isTerminal ? safeName(name) : name;
  }
}
