import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { delay } from '../../environment/clock.ts';
import type { Folder } from '../../environment/folder.ts';
import { openFolderArea } from '../../stable-area/folder-area/folder-area.ts';
import { createLevelEngineFactory } from '../../stable-area/leveldb/level-engine-adapter.ts';
import type { Order, Report, WriterSettings } from './protocol.ts';
import { Writer } from './writer.ts';

/** A process that claims an area and writes it, as the driver says; see protocol.ts. */

const settings = JSON.parse(process.argv[2] ?? '') as WriterSettings;
const environment = nodeEnvironment();

// The directory of an earlier epoch stays for a while, so that its owner can do its worst in it.
const folder: Folder = {
  ...environment.folder,
  async rename(from, to) {
    if (/\/\d+$/.test(from)) await delay(environment.timers, settings.removalDelayMs);
    await environment.folder.rename(from, to);
  },
};

const area = await openFolderArea({
  ...environment,
  folder,
  directory: settings.directory,
  engineFactory: createLevelEngineFactory({
    folder,
    // Every read goes to the tables, so that what another process does to them is seen.
    blockCacheBytes: 1,
    tablesToLink: settings.tablesToLink,
  }),
  limits: {
    writeBufferBytes: settings.writeBufferBytes,
    reserveBytes: 65_536,
    takeoverMarginBytes: 65_536,
    batchBytesMax: 32_768,
  },
});

const report = (said: Report): void => {
  process.send?.(said);
};

const writer = new Writer(area, folder, settings, report);

process.on('message', (order: Order) => {
  writer.obey(order).catch((error: unknown) => {
    report({
      report: 'problem',
      problem: error instanceof Error ? describe(error) : String(error),
    });
  });
});
// The driver has gone: so goes the writer.
process.on('disconnect', () => process.exit(0));
report({ report: 'ready' });

function describe(error: Error): string {
  const code = 'code' in error ? `${String(error.code)} ` : '';
  return `${code}${error.stack ?? error.message}`;
}
