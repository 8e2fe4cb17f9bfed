import { defineCommand } from '../command-definition.ts';
import {
  declareTransferOptions,
  transfer,
  transferFromInput,
  type TransferOptions,
} from '../transfer/transfer-command.ts';

export const put = defineCommand<TransferOptions>({
  declare: (command) => {
    command
      .description(
        'Copy local files to Fuga. Where the target is a directory, they are put into it; otherwise it is the name of the copy.',
      )
      .usage('[options] <file...> <target>')
      .argument('<files-and-target...>', 'local files, - for standard input; then home:/path');
    declareTransferOptions(command);
    command.addHelpText(
      'after',
      '\nExamples:\n  fuga put report.txt home:/\n  fuga put -r -p project home:/backup\n  tar c . | fuga put - home:/backup.tar',
    );
  },

  run: async (run, operands, options) => {
    const [first = '', target] = operands;
    if (target === undefined) {
      throw run.wrongUsage(`missing destination file operand after '${first}'`);
    }
    if (!operands.slice(0, -1).includes('-')) {
      await transfer(run, operands, { source: 'local', target: 'remote' }, options);
    } else if (operands.length === 2) {
      await transferFromInput(run, target, options);
    } else {
      throw run.wrongUsage("standard input ('-') is copied alone, to a file");
    }
  },
});
