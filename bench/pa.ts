import { parseArgs } from 'node:util';
import { connectAlias, type ConnectedAlias } from '../pa/index.ts';
import { type BenchCluster, startBenchCluster } from './cluster.ts';
import { median } from './measure.ts';
import { paPatches } from './pa-patches.ts';
import { type PatchedProgram, patchProgram } from './patched-program.ts';
import { cpuTimeOf } from './process-usage.ts';
import { openWorkload, type Workload } from './workload.ts';

// `npm run bench:pa`: what each part of PA costs a durable call. One pair with everything, and one for each part that a
// patched copy does without, take turns. Linux only. Nothing here is asserted.

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '7' },
    'duration-ms': { type: 'string', default: '500' },
    folder: { type: 'string' },
  },
});
const repeats = Number(values.repeats);
const durationMs = Number(values['duration-ms']);

interface Candidate {
  readonly name: string;
  readonly program: PatchedProgram | undefined;
  readonly cluster: BenchCluster;
  readonly pid: number;
  readonly alias: ConnectedAlias;
  readonly workload: Workload;
  /** By what was done. */
  readonly rates: Map<string, number[]>;
  readonly cpuUs: Map<string, number[]>;
}

async function open(name: string, program?: PatchedProgram): Promise<Candidate> {
  const cluster = await startBenchCluster(values.folder, program?.path);
  const alias = connectAlias({ alias: 'home', pams: cluster.pams });
  const workload = await openWorkload(alias, 'home');
  const pid = await cluster.primaryPid();
  return { name, program, cluster, pid, alias, workload, rates: new Map(), cpuUs: new Map() };
}

const works = [
  ['CREATE', async (it: Workload, at: number) => (await it.createAndRemove(at, durationMs)).create],
  ['WRITE of 4 KiB', (it: Workload, at: number) => it.write(at, durationMs)],
] as const;
const windows = works.flatMap(([what, run]) =>
  [1, 64].map((at) => ({ name: `${what}, ${at} outstanding`, run: (it: Workload) => run(it, at) })),
);

const candidates: Candidate[] = [];
try {
  candidates.push(await open('everything'));
  for (const patch of paPatches) {
    candidates.push(await open(`without ${patch.without}`, await patchProgram(patch)));
  }
  // One round for compiled code and warm caches, which does not count.
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    // Another one begins each time: what the one before leaves to the disk and the machine is everybody's turn.
    const first = (repeat + 1) % candidates.length;
    const inTurn = [...candidates.slice(first), ...candidates.slice(0, first)];
    for (const { name, run } of windows) {
      for (const candidate of inTurn) {
        const rate = await run(candidate.workload);
        if (repeat >= 0) note(candidate.rates, name, rate);
      }
    }
    for (const candidate of inTurn) {
      const cpuUs = await cpuOfCreate(candidate);
      if (repeat >= 0) note(candidate.cpuUs, 'CREATE', cpuUs);
    }
  }
  show();
} finally {
  for (const { alias, cluster, program } of candidates) {
    await alias.close();
    await cluster.close();
    await program?.remove();
  }
}

function note(values: Map<string, number[]>, name: string, value: number): void {
  values.set(name, [...(values.get(name) ?? []), value]);
}

/** Processor time of the primary, which other work on the machine changes less than a rate. */
async function cpuOfCreate({ pid, workload }: Candidate): Promise<number> {
  const calls = 2_000;
  const before = await cpuTimeOf(pid);
  await workload.createFiles(calls, 64);
  const after = await cpuTimeOf(pid);
  return (after.eventLoopUs - before.eventLoopUs) / calls;
}

/** What a part costs: the share of the time that a call has with everything. */
function show(): void {
  const [all] = candidates;
  if (all === undefined) return;
  const of = (values: Map<string, number[]>, name: string): number =>
    median(values.get(name) ?? []);
  for (const { name } of windows) {
    console.log(`${name}: ${of(all.rates, name).toFixed(0)} /s with everything`);
    for (const candidate of candidates.slice(1)) {
      const rate = of(candidate.rates, name);
      showCost(candidate.name, `${rate.toFixed(0)} /s`, 1 - of(all.rates, name) / rate);
    }
  }
  const cpuUs = of(all.cpuUs, 'CREATE');
  console.log(`CREATE, 64 outstanding: ${cpuUs.toFixed(1)} µs of the event loop with everything`);
  for (const candidate of candidates.slice(1)) {
    const without = of(candidate.cpuUs, 'CREATE');
    showCost(candidate.name, `${without.toFixed(1)} µs`, 1 - without / cpuUs);
  }
}

function showCost(name: string, figure: string, share: number): void {
  console.log(
    `  ${name.padEnd(22)} ${figure.padStart(10)}, so it costs ${(share * 100).toFixed(1)} %`,
  );
}
