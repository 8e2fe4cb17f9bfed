import pc from 'picocolors';
import type { ClusterFile } from './cluster-file.ts';
import type { StoryLine } from './cluster-story.ts';

/** Where `fuga up` tells what happens. */
export interface UpOutput {
  /** On the way to the first service. */
  step(text: string): void;
  /** Everything runs. `next`: what to type now. */
  ready(cluster: ClusterFile, pamPid: number, next: readonly string[]): void;
  story(line: StoryLine): void;
  /** A line of a child's log, or of its standard error. */
  childLine(name: string, text: string, from: 'log' | 'error'): void;
}

/** For programs: one JSON object on each line. */
export function jsonOutput(write: (text: string) => void, now: () => Date): UpOutput {
  const put = (kind: string, fields: object): void => {
    write(`${JSON.stringify({ time: now().toISOString(), kind, ...fields })}\n`);
  };
  return {
    step: (text) => {
      put('step', { text });
    },
    ready: (cluster, pamPid) => {
      put('ready', { pamPid, ...cluster });
    },
    story: ({ kind, text, fields }) => {
      put(kind, { text, ...fields });
    },
    childLine: (name, text, from) => {
      put('output', { name, from, text });
    },
  };
}

/** For people. `verbose`: all that the children log, not only what they warn of. */
export function terminalOutput(
  write: (text: string) => void,
  now: () => Date,
  verbose: boolean,
): UpOutput {
  const stamped = (text: string): void => {
    write(`${pc.dim(clockTime(now()))} ${text}\n`);
  };
  return {
    step: (text) => {
      write(`${text}\n`);
    },
    ready: (cluster, pamPid, next) => {
      write(readyText(cluster, pamPid, next));
    },
    story: (line) => {
      stamped(paint(line));
    },
    childLine: (name, text, from) => {
      const shown = from === 'error' ? text : logText(text, verbose);
      if (shown !== undefined) stamped(`${name}: ${shown}`);
    },
  };
}

function readyText(cluster: ClusterFile, pamPid: number, next: readonly string[]): string {
  const rows = [
    ['PAM', cluster.pams.join(', '), `pid ${pamPid}`, 'knows where each volume is served now'],
    ...cluster.servers.map(({ node, pid, roles }) => [
      `server ${node}`,
      Object.entries(roles)
        .map(([alias, role]) => `${role} of ${alias}`)
        .join(', '),
      `pid ${pid}`,
      Object.values(roles).includes('primary') ? 'serves' : 'takes over when the primary dies',
    ]),
    ...Object.entries(cluster.ports).map(([alias, port]) => [
      `port ${port}`,
      `NFS clients of ${alias}`,
      '',
      'goes to whoever serves, and never refuses',
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const table = rows.map(
    (row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`,
  );
  const volumes = cluster.aliases.length === 1 ? 'Volume' : 'Volumes';
  return [
    '',
    `${pc.bold(`${volumes} ${cluster.aliases.join(', ')}: up.`)} What runs:`,
    ...table.map((row) => row.trimEnd()),
    '',
    'In another terminal, try:',
    ...next.map((command) => `  ${pc.cyan(command)}`),
    '',
    'Ctrl-C ends it. What happens meanwhile:',
    '',
  ].join('\n');
}

function paint({ kind, text }: StoryLine): string {
  switch (kind) {
    case 'died':
    case 'problem':
      return pc.red(text);
    case 'accused':
    case 'gave-up':
    case 'ended-hung':
      return pc.yellow(text);
    case 'took-over':
      return pc.green(text);
    case 'standing-by':
      return text;
  }
}

/** Levels of pino's lines. */
const warnLevel = 40;

/** What a person is shown of a line of a log; undefined for what is told otherwise, or is not worth it. */
function logText(line: string, verbose: boolean): string | undefined {
  let entry: { level?: unknown; msg?: unknown; kind?: unknown; err?: { message?: unknown } };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return line;
  }
  const { level, msg, kind, err } = entry;
  // What happens to volumes is reported, and becomes the story.
  if (!verbose && (typeof level !== 'number' || level < warnLevel || kind !== undefined)) {
    return undefined;
  }
  const cause = typeof err?.message === 'string' && err.message !== msg ? ` (${err.message})` : '';
  return `${String(msg)}${cause}`;
}

function clockTime(date: Date): string {
  return date.toTimeString().slice(0, 8);
}
