import { defineCommand } from '../command-definition.ts';
import { quote } from '../command-run.ts';
import { parseModeChange } from '../text/mode-change.ts';

interface MkdirOptions {
  readonly parents?: boolean;
  readonly mode?: string;
  readonly verbose?: boolean;
}

const allRights = 0o777;

export const mkdir = defineCommand<MkdirOptions>({
  declare: (command) => {
    command
      .description('Make directories.')
      .argument('<path...>', 'home:/path, or /path in the default alias')
      .option('-p, --parents', 'missing directories above, too; no error if it exists')
      .option('-m, --mode <mode>', 'permissions, as for chmod (default: all rights less the umask)')
      .option('-v, --verbose', 'say what is made');
  },

  run: async (run, operands, options) => {
    const { umask } = run.context;
    const change = options.mode === undefined ? undefined : parseModeChange(options.mode, umask);
    if (options.mode !== undefined && change === undefined) {
      throw run.wrongUsage(`invalid mode ${quote(options.mode)}`);
    }
    const mode = change?.(allRights, true);
    for (const operand of operands) {
      const { fs, path, label } = await run.files.one(operand);
      const made = await run.attempt(
        async () => {
          const recursive = options.parents === true;
          let isMade = true;
          if (recursive) isMade = (await fs.mkdir(path, { recursive })) !== undefined;
          else await fs.mkdir(path);
          // Not with the call that makes it: the umask would take its part.
          if (mode !== undefined && isMade) await fs.chmod(path, mode);
          return isMade;
        },
        (reason) => `cannot create directory ${quote(label)}: ${reason}`,
      );
      if (made === true && options.verbose === true) {
        await run.printLine(`${run.name}: created directory ${quote(label)}`);
      }
    }
  },
});
