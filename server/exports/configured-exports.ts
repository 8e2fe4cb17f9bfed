import { showExports, type ShownExport } from './format-exports.ts';
import type { ExportSource } from './export-lines.ts';
import { parseExports } from './parse-exports.ts';
import { openExports, type VolumeExports } from './volume-exports.ts';

/** Reads what is configured, each time anew; undefined where nothing is. */
export type ReadExportSources = () => Promise<readonly ExportSource[] | undefined>;

/** The exports of all volumes of a process. Configuration, not state: a new table is put in as a whole, between two calls. */
export class ConfiguredExports {
  readonly #aliases: readonly string[];
  readonly #read: ReadExportSources;
  #tables: ReadonlyMap<string, VolumeExports> | undefined;

  constructor(aliases: readonly string[], read: ReadExportSources) {
    this.#aliases = aliases;
    this.#read = read;
  }

  /** Rejects with an ExportsError, or as reading does; what was in force stays so then. */
  async load(): Promise<void> {
    const sources = await this.#read();
    this.#tables = sources === undefined ? undefined : parseExports(sources, this.#aliases);
  }

  /** False: everybody may do everything. */
  get isConfigured(): boolean {
    return this.#tables !== undefined;
  }

  show(): ShownExport[] {
    return this.#aliases.flatMap((alias) => showExports(alias, this.of(alias)));
  }

  of(alias: string): VolumeExports {
    return this.#tables?.get(alias) ?? openExports;
  }
}
