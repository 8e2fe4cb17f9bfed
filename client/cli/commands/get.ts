import { defineCommand } from '../command-definition.ts';
import {
  declareTransferOptions,
  transfer,
  transferToOutput,
  type TransferOptions,
} from '../transfer/transfer-command.ts';

export const get = defineCommand<TransferOptions>({
  declare: (command) => {
    command
      .description(
        'Copy files from Fuga to this machine: to the last operand, or where there is one operand only, to the working directory.',
      )
      .usage('[options] <path...> [target]')
      .argument(
        '<paths-and-target...>',
        'home:/path, patterns are understood; then a local file or directory, - for standard output',
      );
    declareTransferOptions(command);
    command.addHelpText(
      'after',
      "\nExamples:\n  fuga get home:/report.txt\n  fuga get -r -p home:/backup/project .\n  fuga get home:'/logs/*.txt' logs\n  fuga get home:/backup.tar - | tar x",
    );
  },

  run: async (run, operands, options) => {
    const words = operands.length === 1 ? [...operands, '.'] : operands;
    const sources = words.slice(0, -1);
    if (sources.includes('-')) throw run.wrongUsage("'-' can only be the target");
    if (words.at(-1) === '-') await transferToOutput(run, sources);
    else await transfer(run, words, { source: 'remote', target: 'local' }, options);
  },
});
