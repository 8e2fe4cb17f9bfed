import { defineCommand } from '../command-definition.ts';
import type { RemoteFile } from '../remote-files.ts';
import type { CommandRun } from '../command-run.ts';

export const cat = defineCommand({
  declare: (command) => {
    command
      .description('Print files one after the other. Without a path, or for -: standard input.')
      .argument('[path...]', 'home:/path, or /path in the default alias; patterns are understood');
  },

  run: async (run, operands) => {
    for (const operand of operands.length === 0 ? ['-'] : operands) {
      if (operand === '-') await printStream(run, run.context.stdin);
      else for (const file of await run.files.expand([operand])) await printFile(run, file);
    }
  },
});

async function printFile(run: CommandRun, { fs, path, label }: RemoteFile): Promise<void> {
  await run.attempt(
    () => printStream(run, fs.createReadStream(path)),
    (reason) => `${label}: ${reason}`,
  );
}

async function printStream(run: CommandRun, stream: AsyncIterable<unknown>): Promise<void> {
  for await (const piece of stream) await run.print(piece as Buffer);
}
