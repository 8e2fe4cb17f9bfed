import { parseArgs } from 'node:util';

export type SimulateOptions =
  /** One run. */
  | { readonly kind: 'seed'; readonly seed: number; readonly takeovers: number }
  /** Runs one after the other, from a seed on. */
  | {
      readonly kind: 'minutes';
      readonly minutes: number;
      readonly firstSeed: number;
      readonly takeovers: number;
      /** At the first finding. */
      readonly stops: boolean;
    }
  /** Every crash point of every procedure. */
  | { readonly kind: 'exhaustive'; readonly seed: number }
  /** The code is broken on purpose, in one way after the other. */
  | { readonly kind: 'mutations'; readonly only: string | undefined };

export const takeoversDefault = 100;
const takeoversMax = 10_000;
const minutesMax = 100_000;
const seedMax = 2 ** 31 - 1;

export const usage = `usage: npm run simulate -- [--seed N | --minutes M [--first-seed N] [--stop]] [--takeovers T]
       npm run simulate -- --exhaustive [--seed N]
       npm run simulate -- --mutations [--only NAME]
  --seed N         one run under seed N (1 to ${seedMax}), with the last of its steps
  --minutes M      random seeds for M minutes (default: 1)
  --first-seed N   ascending seeds from N on instead
  --stop           end with the first run that finds something
  --takeovers T    so many in each run (default: ${takeoversDefault})
  --exhaustive     crash the primary at every step of every procedure that changes something
  --mutations      break the code in every known way, and show that each is found`;

/** What is asked for, or one sentence about what is wrong with it. */
export function parseCommandLine(words: readonly string[]): SimulateOptions | string {
  let values: ReturnType<typeof parseOptions>;
  try {
    values = parseOptions(words);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { seed, minutes, takeovers, exhaustive, mutations, only } = values;
  if (mutations === true) return { kind: 'mutations', only };
  const takeoversAsked = wholeNumber(
    '--takeovers',
    takeovers ?? String(takeoversDefault),
    takeoversMax,
  );
  if (typeof takeoversAsked === 'string') return takeoversAsked;
  if (seed !== undefined) {
    if (minutes !== undefined) return '--seed is one run; --minutes are many: which of them?';
    const number = wholeNumber('--seed', seed, seedMax);
    if (typeof number === 'string') return number;
    if (exhaustive === true) return { kind: 'exhaustive', seed: number };
    return { kind: 'seed', seed: number, takeovers: takeoversAsked };
  }
  if (exhaustive === true) return { kind: 'exhaustive', seed: 1 };
  const firstSeed = wholeNumber(
    '--first-seed',
    values['first-seed'] ?? String(randomSeed()),
    seedMax,
  );
  if (typeof firstSeed === 'string') return firstSeed;
  const time = Number(minutes ?? 1);
  if (!(time > 0 && time <= minutesMax)) {
    return `--minutes ${JSON.stringify(minutes)} is no time: a number above 0, at most ${minutesMax}`;
  }
  const stops = values.stop === true;
  return { kind: 'minutes', minutes: time, firstSeed, takeovers: takeoversAsked, stops };
}

function parseOptions(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      'first-seed': { type: 'string' },
      takeovers: { type: 'string' },
      exhaustive: { type: 'boolean' },
      mutations: { type: 'boolean' },
      only: { type: 'string' },
      stop: { type: 'boolean' },
    },
  }).values;
}

function wholeNumber(option: string, text: string, max: number): number | string {
  const number = Number(text);
  const isSound = /^\d+$/.test(text) && number >= 1 && number <= max;
  return isSound ? number : `${option} ${JSON.stringify(text)} is no number from 1 to ${max}`;
}

function randomSeed(): number {
  return 1 + Math.floor(Math.random() * (seedMax / 2));
}
