import { defineCommand } from '../command-definition.ts';
import {
  declareTransferOptions,
  transfer,
  type TransferOptions,
} from '../transfer/transfer-command.ts';

export const cp = defineCommand<TransferOptions>({
  declare: (command) => {
    command
      .description(
        'Copy files as scp does: what has an alias and a colon before its first slash is on Fuga, everything else is local ' +
          '(write ./a:b for a local file with a colon). Both sides may be on Fuga, in different aliases too; the content ' +
          'goes through this machine.',
      )
      .usage('[options] <source...> <target>')
      .argument('<sources-and-target...>', 'home:/path or local; patterns are understood on Fuga');
    declareTransferOptions(command);
    command.addHelpText(
      'after',
      '\nExamples:\n  fuga cp home:/a.txt home:/b.txt\n  fuga cp -r home:/project archive:/2026/\n  fuga cp notes.txt home:/notes.txt',
    );
  },

  run: async (run, operands, options) => {
    if (operands.length < 2) {
      throw run.wrongUsage(`missing destination file operand after '${operands[0] ?? ''}'`);
    }
    await transfer(run, operands, { source: 'both', target: 'both' }, options);
  },
});
