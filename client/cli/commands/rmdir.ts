import { parentPath } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { quote } from '../command-run.ts';
import type { RemoteFile } from '../remote-files.ts';

interface RmdirOptions {
  readonly parents?: boolean;
  readonly verbose?: boolean;
}

export const rmdir = defineCommand<RmdirOptions>({
  declare: (command) => {
    command
      .description('Remove empty directories.')
      .argument('<path...>', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-p, --parents', 'and the directories above that are empty then')
      .option('-v, --verbose', 'say what is removed');
  },

  run: async (run, operands, options) => {
    for (const file of await run.files.expand(operands)) {
      for (const directory of options.parents === true ? withParents(file) : [file]) {
        if (options.verbose === true) {
          await run.printLine(`${run.name}: removing directory, ${quote(directory.label)}`);
        }
        const isGone = await run.attempt(
          async () => {
            await directory.fs.rmdir(directory.path);
            return true;
          },
          (reason) => `failed to remove ${quote(directory.label)}: ${reason}`,
        );
        if (isGone !== true) break;
      }
    }
  },
});

/** The directory, and those above it below the root. */
function withParents(file: RemoteFile): RemoteFile[] {
  const found = [file];
  for (let path = parentPath(file.path); path.length > 1; path = parentPath(path)) {
    found.push({ ...file, path, label: `${prefixOf(file)}${path.toString('utf8')}` });
  }
  return found;
}

function prefixOf({ alias, label }: RemoteFile): string {
  return label.startsWith(`${alias}:`) ? `${alias}:` : '';
}
