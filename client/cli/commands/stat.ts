import type { Stats } from '../../stats.ts';
import { baseName } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { fileJson } from '../file-json.ts';
import type { RemoteFile } from '../remote-files.ts';
import { modeText, octalMode, typeName } from '../text/mode.ts';
import { exactTime } from '../text/time.ts';

interface StatOptions {
  readonly dereference?: boolean;
  readonly json?: boolean;
}

export const stat = defineCommand<StatOptions>({
  declare: (command) => {
    command
      .description('Show everything about files. A symbolic link is shown itself.')
      .argument('<path...>', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-L, --dereference', 'what a symbolic link leads to')
      .option('--json', 'a JSON array');
  },

  run: async (run, operands, options) => {
    const shown: unknown[] = [];
    for (const file of await run.files.expand(operands)) {
      const { fs, path, label } = file;
      const stats = await run.attempt(
        () => (options.dereference === true ? fs.stat(path) : fs.lstat(path)),
        (reason) => `cannot stat ${quote(label)}: ${reason}`,
      );
      if (stats === undefined) continue;
      if (options.json === true) shown.push(await jsonOf(file, stats));
      else await run.print(await textOf(run, file, stats));
    }
    if (options.json === true) await run.printJson(shown);
  },
});

async function jsonOf({ fs, path, label }: RemoteFile, stats: Stats): Promise<unknown> {
  const target = stats.isSymbolicLink() ? { target: await fs.readlink(path) } : {};
  return { ...fileJson(label, baseName(path), stats), ...target };
}

async function textOf(run: CommandRun, file: RemoteFile, stats: Stats): Promise<string> {
  const { owners } = run.context;
  const target = stats.isSymbolicLink() ? ` -> ${await file.fs.readlink(file.path)}` : '';
  const type = stats.isFile() && stats.size === 0 ? 'regular empty file' : typeName(stats);
  const device = `${stats.dev.toString(16)}h/${stats.dev}d`;
  const owner = idText(stats.uid, owners.userName(stats.uid));
  const group = idText(stats.gid, owners.groupName(stats.gid));
  return [
    `  File: ${file.label}${target}`,
    `  Size: ${pad(stats.size, 15)} Blocks: ${pad(stats.blocks, 10)} IO Block: ${pad(stats.blksize, 6)} ${type}`,
    `Device: ${pad(device, 15)} Inode: ${pad(stats.ino, 11)} Links: ${stats.nlink}`,
    `Access: (${octalMode(stats.mode)}/${modeText(stats)})  Uid: ${owner}   Gid: ${group}`,
    `Access: ${exactTime(stats.atimeMs)}`,
    `Modify: ${exactTime(stats.mtimeMs)}`,
    `Change: ${exactTime(stats.ctimeMs)}`,
    ' Birth: -',
    '',
  ].join('\n');
}

function pad(value: number | string, width: number): string {
  return String(value).padEnd(width);
}

function idText(id: number, name: string): string {
  return `(${String(id).padStart(5)}/${name.padStart(8)})`;
}
