import { parseArgs } from 'node:util';
import { runTorture } from './torture.ts';

/*
 * npm run torture -- --takeovers 5000 --seed 1
 *
 * The seed decides what is written and which faults are tried; when each hits is up to the machine.
 */

const { values } = parseArgs({
  options: {
    takeovers: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    link: { type: 'string', default: 'named' },
  },
});

const [takeovers, seed, lanes] = [values.takeovers, values.seed, values.lanes].map(Number);
const isSound =
  [takeovers, seed, lanes].every((number) => Number.isSafeInteger(number) && (number ?? 0) >= 1) &&
  (values.link === 'named' || values.link === 'every');
if (!isSound || takeovers === undefined || seed === undefined || lanes === undefined) {
  console.error('usage: torture [--takeovers N] [--seed N] [--lanes N] [--link named|every]');
  process.exit(2);
}

const step = Math.max(1, Math.floor(takeovers / 20));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const result = await runTorture({
  takeovers,
  seed,
  lanes,
  tablesToLink: values.link === 'every' ? 'every' : 'named',
  progress: (done) => {
    if (done % step === 0) console.log(`${done} takeovers`);
  },
});

const claimMs = result.claimMs.toSorted((a, b) => a - b);
const at = (part: number): string =>
  (claimMs[Math.floor((claimMs.length - 1) * part)] ?? 0).toFixed(0);
console.log(
  [
    `${result.takeovers} takeovers in ${result.seconds.toFixed(1)} s (seed ${seed}):`,
    `${result.killed} killed, ${result.stopped} stopped and woken, ${result.leftAlive} left alive,`,
    `${result.claimersKilled} claimers killed; ${result.commitsFound} commits found again;`,
    `claim to first read: median ${at(0.5)} ms, worst ${at(1)} ms`,
  ].join(' '),
);
for (const problem of result.problems) console.error(`PROBLEM: ${problem}`);
process.exit(result.problems.length === 0 ? 0 : 1);
