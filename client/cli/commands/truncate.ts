import { defineCommand } from '../command-definition.ts';
import { quote } from '../command-run.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import type { RemoteFile } from '../remote-files.ts';
import { parseSize } from '../text/size.ts';

interface TruncateOptions {
  readonly size: string;
  readonly create?: boolean;
}

/** The new size, from the one that there is. */
type SizeChange = (sizeBytes: number) => number;

export const truncate = defineCommand<TruncateOptions>({
  declare: (command) => {
    command
      .description(
        'Set the size of files: what is over it is cut off, what is missing is read as zeros. Files that do not exist are made.',
      )
      .argument('<path...>', 'home:/path, or /path in the default alias; patterns are understood')
      .requiredOption(
        '-s, --size <size>',
        '10K, 1.5M (of 1024), 2MB (of 1000); +1K longer by, -1K shorter by',
      )
      .option('-c, --no-create', 'make no files');
  },

  run: async (run, operands, options) => {
    const change = parseChange(options.size);
    if (change === undefined) throw run.wrongUsage(`Invalid number: ${quote(options.size)}`);
    for (const file of await run.files.expand(operands)) {
      await run.attempt(
        () => truncateFile(file, change, options.create !== false),
        (reason) => `cannot open ${quote(file.label)} for writing: ${reason}`,
      );
    }
  },
});

async function truncateFile(
  { fs, path }: RemoteFile,
  change: SizeChange,
  mayCreate: boolean,
): Promise<void> {
  const handle = await (mayCreate ? fs.open(path, 'a') : openExisting({ fs, path }));
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    await handle.truncate(change(size));
  } finally {
    await handle.close();
  }
}

/** With -c, what does not exist is passed over in silence. */
async function openExisting({ fs, path }: Pick<RemoteFile, 'fs' | 'path'>) {
  try {
    return await fs.open(path, 'r+');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseChange(text: string): SizeChange | undefined {
  const [, sign = '', amount = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const bytes = parseSize(amount);
  if (bytes === undefined) return undefined;
  if (sign === '+') return (size) => size + bytes;
  return sign === '-' ? (size) => Math.max(0, size - bytes) : () => bytes;
}
