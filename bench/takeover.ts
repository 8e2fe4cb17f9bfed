import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAlias, type ConnectedAlias } from '../pa/index.ts';
import { type BenchCluster, startBenchCluster } from './cluster.ts';
import { median } from './measure.ts';
import { openWorkload, type Workload } from './workload.ts';

// `npm run bench:takeover`: how long a client waits when the primary of a volume with many files is killed, and of an empty
// one beside it, in turn. Nothing here is asserted.

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000000' },
    repeats: { type: 'string', default: '7' },
    folder: { type: 'string' },
  },
});
const files = Number(values.files);
const repeats = Number(values.repeats);

const outstanding = 256;
/** A backup that has just started still compiles, and its predecessor's dirty pages are still written. */
const settleMs = 4_000;

interface Volume {
  readonly cluster: BenchCluster;
  readonly alias: ConnectedAlias;
  readonly workload: Workload;
  readonly stallsMs: number[];
}

async function open(): Promise<Volume> {
  const cluster = await startBenchCluster(values.folder);
  const alias = connectAlias({ alias: 'home', pams: cluster.pams });
  return { cluster, alias, workload: await openWorkload(alias, 'home'), stallsMs: [] };
}

/** From the kill to the reply of a durable call that was sent after it. */
async function killPrimary(volume: Volume): Promise<void> {
  const pid = await volume.cluster.primaryPid();
  await sleep(settleMs);
  const startMs = performance.now();
  process.kill(pid, 'SIGKILL');
  await volume.workload.createFiles(1, 1);
  volume.stallsMs.push(performance.now() - startMs);
}

const empty = await open();
const full = await open();
try {
  const startMs = performance.now();
  await full.workload.createFiles(files, outstanding);
  const seconds = (performance.now() - startMs) / 1_000;
  console.log(`${files} files were made in ${seconds.toFixed(0)} s`);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    await killPrimary(empty);
    await killPrimary(full);
  }
} finally {
  for (const { alias, cluster } of [empty, full]) {
    await alias.close();
    await cluster.close();
  }
}
const show = (stallsMs: readonly number[]): string =>
  `median ${median(stallsMs).toFixed(0)} ms (${stallsMs.map((ms) => ms.toFixed(0)).join(', ')})`;
console.log(`stall of a SIGKILL, empty volume:   ${show(empty.stallsMs)}`);
console.log(`stall of a SIGKILL, ${files} files: ${show(full.stallsMs)}`);
console.log(`ratio ${(median(full.stallsMs) / median(empty.stallsMs)).toFixed(2)}`);
