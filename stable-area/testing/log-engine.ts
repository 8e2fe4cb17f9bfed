import type { AppendFile, Folder } from '../../environment/folder.ts';
import type { KeyValueEngine, KeyValueEngineFactory } from '../key-value-engine.ts';
import { MemoryRecords } from '../memory/memory-records.ts';
import type { Change } from '../stable-area.ts';

const logName = 'log';

/**
 * The smallest engine that lives in a folder: one log, read at open. A copy that is made while the owner writes is a
 * prefix of what it wrote, as with LevelDB.
 */
export function createLogEngineFactory(folder: Folder): KeyValueEngineFactory {
  return {
    async open(directory) {
      await folder.makeFolder(directory);
      const path = `${directory}/${logName}`;
      const log = await folder.openAppend(path);
      const records = new MemoryRecords();
      for (const line of (await folder.readFile(path)).toString().split('\n').slice(0, -1)) {
        records.apply(decode(line));
      }
      return new LogEngine(log, records);
    },

    async copy(from, to) {
      const status = await folder.status(`${from}/${logName}`);
      if (status === undefined) return false;
      await folder.copyFileSynced(`${from}/${logName}`, `${to}/${logName}`);
      await folder.syncFolder(to);
      return true;
    },

    copiedBytes: async (directory) =>
      (await folder.status(`${directory}/${logName}`))?.sizeBytes ?? 0,
  };
}

class LogEngine implements KeyValueEngine {
  readonly #log: AppendFile;
  readonly #records: MemoryRecords;

  constructor(log: AppendFile, records: MemoryRecords) {
    this.#log = log;
    this.#records = records;
  }

  getMany: KeyValueEngine['getMany'] = async (keys) => keys.map((key) => this.#records.get(key));

  range: KeyValueEngine['range'] = async (range) => this.#records.range(range);

  async writeSynced(changes: readonly Change[]): Promise<void> {
    await this.#log.append([Buffer.from(`${encode(changes)}\n`)]);
    await this.#log.sync();
    this.#records.apply(changes);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

function encode(changes: readonly Change[]): string {
  return JSON.stringify(
    changes.map(({ key, value }) => [key, value && Buffer.from(value).toString('base64')]),
  );
}

function decode(line: string): Change[] {
  return (JSON.parse(line) as [string, string | null | undefined][]).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? Buffer.from(value, 'base64') : undefined,
  }));
}
