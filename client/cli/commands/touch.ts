import { defineCommand } from '../command-definition.ts';
import { quote } from '../command-run.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import type { RemoteFile } from '../remote-files.ts';
import { parseTime } from '../text/time.ts';

interface TouchOptions {
  readonly create?: boolean;
  readonly date?: string;
  readonly a?: boolean;
  readonly m?: boolean;
}

export const touch = defineCommand<TouchOptions>({
  declare: (command) => {
    command
      .description(
        'Set the times of files to now, or to a given time. Files that do not exist are made.',
      )
      .argument('<path...>', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-c, --no-create', 'make no files')
      .option(
        '-d, --date <time>',
        "'2026-01-02 03:04:05', '2026-01-02T03:04:05Z', '@1700000000', yesterday",
      )
      .option('-a', 'the time of the last access only')
      .option('-m', 'the time of the last change only');
  },

  run: async (run, operands, options) => {
    const nowMs = run.context.nowMs();
    const timeMs = options.date === undefined ? nowMs : parseTime(options.date, nowMs);
    if (timeMs === undefined)
      throw run.wrongUsage(`invalid date format ${quote(options.date ?? '')}`);
    for (const file of await run.files.expand(operands)) {
      await run.attempt(
        () => touchFile(file, timeMs, options),
        (reason) => `cannot touch ${quote(file.label)}: ${reason}`,
      );
    }
  },
});

async function touchFile(
  { fs, path }: RemoteFile,
  timeMs: number,
  options: TouchOptions,
): Promise<void> {
  try {
    await setTimes();
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    if (options.create === false) return;
    await (await fs.open(path, 'a')).close();
    await setTimes();
  }

  async function setTimes(): Promise<void> {
    const isOnlyOne = options.a === true || options.m === true;
    const old = isOnlyOne ? await fs.stat(path) : undefined;
    const accessedMs = options.m === true && options.a !== true ? old?.atimeMs : timeMs;
    const modifiedMs = options.a === true && options.m !== true ? old?.mtimeMs : timeMs;
    await fs.utimes(path, (accessedMs ?? timeMs) / 1000, (modifiedMs ?? timeMs) / 1000);
  }
}
