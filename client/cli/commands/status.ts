import type { AliasStatement } from '../../../pa/directory/pam-messages.ts';
import { formatPort } from '../../../pa/directory/port.ts';
import type { PamAnswer } from '../cluster/pam-api.ts';
import { defineCommand } from '../command-definition.ts';
import type { CommandRun } from '../command-run.ts';
import { type Paint, paintFor } from '../paint.ts';
import { table } from '../text/columns.ts';

interface StatusOptions {
  readonly json?: boolean;
}

type Answered = Extract<PamAnswer, { ok: true }>;

export const status = defineCommand<StatusOptions>({
  declare: (command) => {
    command
      .description(
        'Show the aliases, where each is served now (its port and epoch), and which servers are primary and backup.',
      )
      .option('--json', 'a JSON object')
      .addHelpText(
        'after',
        '\nExit code: 0 if every alias has a server and every port alias manager answers, 1 otherwise.',
      );
  },

  run: async (run, _operands, options) => {
    const answers = await run.cluster.pam.list();
    if (options.json === true) await run.printJson({ pams: answers.map(jsonOf) });
    else await show(run, answers);
    const isWell = answers.every(
      (answer) => answer.ok && answer.aliases.every(({ statement }) => statement.kind === 'port'),
    );
    if (!isWell) run.exitCode = 1;
  },
});

async function show(run: CommandRun, answers: readonly PamAnswer[]): Promise<void> {
  const paint = await paintFor(run.context, run.context.stdout);
  const answered = answers.filter((answer) => answer.ok);
  for (const answer of answers) {
    if (answer.ok) await run.printLine(`PAM ${answer.url}: ${paint.green('answers')}`);
    else run.fail(`no port alias manager answers at ${answer.url}: ${answer.reason}`);
  }
  if (answered.length === 0) return;
  const aliases = newest(answered);
  await run.printLine('');
  if (aliases.length === 0) {
    await run.printLine("No aliases yet. 'npm start' makes one, or 'fuga alias create NAME'.");
    return;
  }
  const head = ['ALIAS', 'PORT', 'EPOCH', 'PRIMARY', 'BACKUPS'].map((title) => title);
  const rows = aliases.map((alias) => rowOf(alias, paint));
  const [first = '', ...rest] = table([head, ...rows]);
  await run.printLine(paint.bold(first));
  for (const line of rest) await run.printLine(line.trimEnd());
}

/** What the PAM with the newest news says of each alias. */
function newest(answers: readonly Answered[]): AliasStatement[] {
  const found = new Map<string, AliasStatement>();
  for (const alias of answers.flatMap((answer) => answer.aliases)) {
    const known = found.get(alias.name);
    if (known === undefined || epochOf(alias) > epochOf(known)) found.set(alias.name, alias);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function epochOf({ statement }: AliasStatement): number {
  return statement.kind === 'port' ? statement.port.epoch : 0;
}

function rowOf({ name, statement }: AliasStatement, paint: Paint): string[] {
  if (statement.kind !== 'port')
    return [name, paint.yellow('nobody has served it yet'), '', '', ''];
  const { port } = statement;
  const members = port.members ?? [];
  const backups = members.filter(({ role }) => role === 'backup').map(({ node }) => node);
  const place = formatPort(port).replace(/ \(.*$/, '');
  const shownBackups = backups.length > 0 ? backups.join(', ') : paint.yellow('none');
  return [name, place, String(port.epoch), port.node, shownBackups];
}

function jsonOf(answer: PamAnswer): unknown {
  if (!answer.ok) return { url: answer.url, answers: false, reason: answer.reason };
  const aliases = answer.aliases.map(({ name, statement }) => ({
    name,
    port: statement.kind === 'port' ? statement.port : null,
  }));
  return { url: answer.url, answers: true, aliases };
}
