import type { Command } from 'commander';
import type { ExportsCommandOptions } from './exports-command.ts';
import { guarded } from './guarded.ts';
import { parseAdmins } from './option-parsers.ts';
import { option, secretFile } from './options.ts';

/** Adds the commands that look after running servers. */
export function registerToolCommands(program: Command): void {
  addExports(program);
}

function addExports(program: Command): void {
  const exports = program
    .command('exports')
    .summary('show who may mount what, or read it again')
    .description(
      'Shows the exports of running servers, or lets them read their files again. docs/exports.md says how exports are written.',
    );
  const add = (
    name: string,
    summary: string,
    run: (options: ExportsCommandOptions) => Promise<void>,
  ) =>
    exports
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
      .addOption(
        option('--admin <url,...>', 'administrative addresses of the servers').argParser(
          parseAdmins,
        ),
      )
      .addOption(
        option('--data <folder>', 'folder of a `fuga up`, for its servers').default('./fuga-data'),
      )
      .addOption(secretFile())
      .action(guarded(`exports ${name}`, run));
  add('show', 'show the exports that are in force', async (options) => {
    const { runExportsShow } = await import('./exports-command.ts');
    await runExportsShow(options);
  });
  add(
    'reload',
    'read the exports again; where a line is bad the old ones stay in force',
    async (options) => {
      const { runExportsReload } = await import('./exports-command.ts');
      await runExportsReload(options);
    },
  );
}
