import { aliasNameRule, isAliasName } from '../../../pa/directory/port.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { CommandFailure } from '../failure.ts';

interface AliasOptions {
  readonly json?: boolean;
}

const actions = ['list', 'create', 'delete', 'reset'] as const;
type Action = (typeof actions)[number];

export const alias = defineCommand<AliasOptions>({
  declare: (command) => {
    command
      .description(
        'Look after the directory of aliases. A server registers the aliases that it serves by itself; these are for the rest.',
      )
      .usage('[options] <list|create|delete|reset> [name...]')
      .argument('<action>', 'list, create, delete, or reset')
      .argument('[name...]', 'names of aliases')
      .option('--json', 'with list, a JSON array')
      .addHelpText('after', notes);
  },

  run: async (run, [text = '', ...names], options) => {
    const action = actions.find((each) => each === text);
    if (action === undefined) {
      throw run.wrongUsage(`unknown action ${quote(text)}: ${actions.join(', ')}`);
    }
    if (action === 'list') {
      if (names.length > 0) throw run.wrongUsage(`extra operand ${quote(names[0] ?? '')}`);
      await list(run, options.json === true);
      return;
    }
    if (names.length === 0) throw run.wrongUsage(`which alias? ${action} wants a name`);
    for (const name of names) await change(run, action, name);
  },
});

const notes = `
  list            the names of all aliases
  create NAME     make a name that servers can be started for later
  delete NAME     forget a name; a server that still serves it makes it again within seconds. No file is touched
  reset NAME      let a new volume (another data folder) take the name over; until then PAM refuses it

Changes are signed with the cluster secret where there is one.`;

async function list(run: CommandRun, isJson: boolean): Promise<void> {
  const answers = await run.cluster.pam.list();
  const answered = answers.filter((answer) => answer.ok);
  if (answered.length === 0) {
    const reasons = answers.map((answer) => (answer.ok ? '' : `${answer.url}: ${answer.reason}`));
    throw new CommandFailure(`no port alias manager answers (${reasons.join('; ')})`);
  }
  const names = new Set(answered.flatMap(({ aliases }) => aliases.map(({ name }) => name)));
  const sorted = [...names].sort();
  if (isJson) await run.printJson(sorted);
  else for (const name of sorted) await run.printLine(name);
}

async function change(
  run: CommandRun,
  action: Exclude<Action, 'list'>,
  name: string,
): Promise<void> {
  if (!isAliasName(name)) {
    run.fail(`${quote(name)}: ${aliasNameRule}`);
    return;
  }
  const { pam } = run.cluster;
  switch (action) {
    case 'create':
      return pam.create(name);
    case 'delete':
      return pam.delete(name);
    case 'reset':
      return pam.reset(name);
  }
}
