import pc from 'picocolors';
import { connect, type FugaFs } from '../client/index.ts';
import { DemoCluster, type UpLine } from './demo-cluster.ts';

// `npm run demo`: what Fuga is for, shown on real processes in about a minute.

const path = '/letter.txt';

interface Half {
  readonly title: string;
  readonly options: readonly string[];
  readonly explanation: readonly string[];
  /** Code of the error that `rm` should give; undefined where it should succeed. */
  readonly expected: string | undefined;
}

const halves: readonly Half[] = [
  {
    title: 'With Fuga: the reply to a call is kept on disk, together with what the call did',
    options: [],
    explanation: [
      'The removal was on disk, its reply was lost. The client asked again, and the new primary found',
      'the reply that was registered in the same write as the removal. One call, one effect, one answer.',
    ],
    expected: undefined,
  },
  {
    title: 'Without registration: replies are remembered in memory only, as other servers do',
    options: ['--no-registration'],
    explanation: [
      'The same file was removed by the same call. But the new primary knows nothing of it, tries to',
      'remove a file that is gone, and the program is told that its file never existed.',
    ],
    expected: 'ENOENT',
  },
];

process.exitCode = await demonstrate();

async function demonstrate(): Promise<number> {
  say(
    pc.bold(
      'A primary is killed at the worst moment: the change is on disk, the reply is not sent.',
    ),
  );
  let asPromised = true;
  for (const [index, half] of halves.entries()) {
    say('', pc.bold(`${index + 1}. ${half.title}`), '');
    const outcome = await tryHalf(half);
    const isExpected = outcome === half.expected;
    asPromised &&= isExpected;
    say(
      '',
      ...(isExpected ? half.explanation : ['This is not what should have happened.']).map(indented),
    );
  }
  say(
    '',
    asPromised
      ? pc.bold('Both halves showed what they should.')
      : pc.red('The demonstration failed.'),
  );
  return asPromised ? 0 : 1;
}

/** The code of the error that `rm` ended with; undefined where it succeeded. */
async function tryHalf(half: Half): Promise<string | undefined> {
  step('start', 'a PAM and a pair of servers, in a temporary folder');
  const cluster = await DemoCluster.start(half.options, tellEvent);
  const interrupted = (): void => {
    void cluster.end().then(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  try {
    const { pams, servers } = cluster.cluster;
    for (const { node, pid, roles } of servers)
      step('', `${node} (pid ${pid}): ${roles.home ?? ''}`);
    // What is shown is what the server says, and not what this client remembers of its own change.
    const home = await connect({ alias: 'home', pams, cache: false });
    try {
      return await loseReply(cluster, home);
    } finally {
      await home.close();
    }
  } finally {
    process.off('SIGINT', interrupted);
    await cluster.end();
  }
}

async function loseReply(cluster: DemoCluster, home: FugaFs): Promise<string | undefined> {
  await home.writeFile(path, 'Dear reader\n');
  step('write', `home:${path}: ${JSON.stringify(await home.readFile(path, 'utf8'))}`);
  const primary = await cluster.armPrimary('home');
  step('arm', `kill -9 ${primary} when the next change is on disk, before its reply is sent`);
  step('rm', `home:${path} ...`);
  const startMs = performance.now();
  const code = await codeOf(home.unlink(path));
  const elapsed = `after ${Math.round(performance.now() - startMs)} ms`;
  if (code === undefined) step('rm', pc.green(`home:${path}: ok, ${elapsed}`));
  else step('rm', pc.red(`home:${path}: ${code}, ${elapsed}`));
  const left = await codeOf(home.stat(path));
  step(
    'stat',
    `home:${path}: ${left ?? 'it is still there'}${left === 'ENOENT' ? ', it is gone indeed' : ''}`,
  );
  return left === 'ENOENT' ? code : `${code ?? 'ok'}, and the file is still there`;
}

async function codeOf(operation: Promise<unknown>): Promise<string | undefined> {
  try {
    await operation;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

function tellEvent({ kind, text }: UpLine): void {
  if (text !== undefined && (kind === 'died' || kind === 'took-over')) step('', pc.yellow(text));
}

function step(what: string, text: string): void {
  say(`   ${pc.cyan(what.padEnd(6))} ${text}`);
}

function indented(text: string): string {
  return `   ${text}`;
}

function say(...lines: string[]): void {
  for (const line of lines) console.log(line);
}
