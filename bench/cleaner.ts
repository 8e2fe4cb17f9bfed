import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StableHow } from '../protocol/generated/nfs3.ts';
import { type BenchCluster, startBenchCluster } from './cluster.ts';
import { callsUntil, percentile } from './measure.ts';
import type { Patch } from './pa-patches.ts';
import { patchProgram } from './patched-program.ts';
import { openStockClient } from './stock-client.ts';

// `npm run bench:cleaner`: how much more than its files a volume takes on disk while they are overwritten at random, and what
// calls wait for beside the cleaner of the value log and, in turn, without it. Nothing here is asserted.

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '256' },
    times: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '65536,4096' },
    outstanding: { type: 'string', default: '16' },
    folder: { type: 'string' },
  },
});
const volumeBytes = Number(values.mib) * 1024 * 1024;
const outstanding = Number(values.outstanding);
const files = 16;
const fileBytes = volumeBytes / files;
const filledBytes = 65_536;
/** The two take turns this often. */
const turns = 10;

const withoutCleaner: Patch = {
  without: 'cleaner',
  changes: [
    {
      file: 'stable-area/value-log/cleaner',
      find: 'this.#freedBytes += bytes;',
      replace: 'return;',
    },
  ],
};

interface Candidate {
  readonly name: string;
  readonly cluster: BenchCluster;
  readonly write: (at: number, data: Buffer) => Promise<void>;
  readonly close: () => void;
  waitsMs: number[];
  runMs: number;
  /** Of the segments, in bytes of the volume's files. */
  amplifications: number[];
}

async function open(name: string, program?: string): Promise<Candidate> {
  const cluster = await startBenchCluster(values.folder, program);
  const { nfs, root, create, close } = await openStockClient(cluster.address, 'home');
  const handles: Buffer[] = [];
  for (let file = 0; file < files; file += 1) handles.push(await create(root, `file-${file}`));
  const write = async (at: number, data: Buffer): Promise<void> => {
    const file = { data: handles[Math.floor(at / fileBytes)] ?? root };
    const place = { offset: BigInt(at % fileBytes), count: data.length };
    const written = await nfs.nfsproc3Write({ file, ...place, stable: StableHow.FILE_SYNC, data });
    if (written.status !== 0) throw new Error(`WRITE: status ${written.status}`);
  };
  const data = Buffer.alloc(filledBytes, 0x5a);
  await callsUntil(volumeBytes / filledBytes, outstanding, (n) => write(n * filledBytes, data));
  const fresh = { waitsMs: [], runMs: 0, amplifications: [] };
  return { name, cluster, write, close, ...fresh };
}

async function overwrite(candidate: Candidate, bytes: number, calls: number): Promise<void> {
  const data = Buffer.alloc(bytes, 0xa5);
  const startMs = performance.now();
  await callsUntil(calls, outstanding, async () => {
    const at = Math.floor((Math.random() * volumeBytes) / bytes) * bytes;
    const sentMs = performance.now();
    await candidate.write(at, data);
    candidate.waitsMs.push(performance.now() - sentMs);
  });
  candidate.runMs += performance.now() - startMs;
  candidate.amplifications.push((await segmentBytes(candidate.cluster)) / volumeBytes);
}

async function segmentBytes({ folder }: BenchCluster): Promise<number> {
  const segments = join(folder, 'home', 'segments');
  let sum = 0;
  for (const name of await readdir(segments)) {
    // One that went meanwhile takes nothing.
    sum += await stat(join(segments, name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return sum;
}

function show(bytes: number, candidate: Candidate): void {
  const { name, waitsMs, runMs, amplifications } = candidate;
  const rate = (waitsMs.length * 1_000) / runMs;
  const at = (part: number): string => percentile(waitsMs, part).toFixed(1);
  const space = amplifications.map((part) => part.toFixed(2)).join(' ');
  console.log(
    `${bytes} bytes, ${name}: ${rate.toFixed(0)} /s, median ${at(0.5)} ms, p99 ${at(0.99)}; space ${space}`,
  );
  Object.assign(candidate, { waitsMs: [], runMs: 0, amplifications: [] });
}

const program = await patchProgram(withoutCleaner);
const candidates: Candidate[] = [];
try {
  candidates.push(await open('with the cleaner'));
  candidates.push(await open('without it', program.path));
  for (const bytes of values.sizes.split(',').map(Number)) {
    const calls = Math.ceil((Number(values.times) * volumeBytes) / bytes / turns);
    for (let turn = 0; turn < turns; turn += 1) {
      for (const candidate of candidates) await overwrite(candidate, bytes, calls);
    }
    for (const candidate of candidates) show(bytes, candidate);
  }
} finally {
  for (const { close, cluster } of candidates) {
    close();
    await cluster.close();
  }
  await program.remove();
}
