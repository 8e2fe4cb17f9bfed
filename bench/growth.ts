import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBenchCluster } from './cluster.ts';
import { callsUntil, median } from './measure.ts';
import { type CpuTime, cpuTimeOf, forgetPeak, type Memory, memoryOf } from './process-usage.ts';
import { openStockClient, type StockClient } from './stock-client.ts';

// `npm run bench:growth`: one directory that grows. What a CREATE costs in it and in an empty one beside it, what the primary
// keeps in memory then, with many connections too, and while all of it is listed. Linux only. Nothing here is asserted.

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string' },
  },
});
const filesMax = Number(values.files);
const connections = Number(values.connections);
const rounds = Number(values.rounds);

const fillOutstanding = 128;
const outstanding = 32;
/** Of one window, and at most a tenth of the files: a directory must not outgrow what it stands for. */
const callsAtMany = 4_000;
const callsAtOne = 300;
const listingBytes = 65_536;
const smallestSize = 1_000;
/** Processor time of the primary within a second, below which LevelDB has merged what the filling left to be merged. */
const settledUs = 30_000;
const settleSecondsMax = 60;

/** Of one CREATE in one directory: processor time of the primary, and how long it waits when it is alone. */
interface Cost extends CpuTime {
  readonly latencyUs: number;
}

const cluster = await startBenchCluster(values.folder);
const pid = await cluster.primaryPid();
const clients = await openClients(4);
const [client] = clients;
if (client === undefined) throw new Error('there is a client');
try {
  await measureAll(client);
} finally {
  for (const each of clients) each.close();
  await cluster.close();
}

async function measureAll({ root, makeDirectory }: StockClient): Promise<void> {
  const directory = await makeDirectory(root, 'growing');
  showMemory('at first', await memoryOf(pid));
  let made = 0;
  const makeNames = (count: number, atOnce: number): Promise<void> => {
    const from = made;
    made += count;
    return create(directory, from, count, atOnce);
  };
  for (const size of sizes()) {
    const startMs = performance.now();
    const missing = Math.max(0, size - made);
    const cpu = await cpuOfEach(missing, () => makeNames(missing, fillOutstanding));
    const seconds = (performance.now() - startMs) / 1_000;
    showMemory(`${size} files`, await memoryOf(pid));
    console.log(`  filled at ${(missing / seconds).toFixed(0)} files/s, ${shown(cpu)}`);
    await settle();
    const empty = await makeDirectory(root, `empty-${size}`);
    let inEmpty = 0;
    const costs: { full: Cost; empty: Cost }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const full = await costOf(size, makeNames);
      const beside = await costOf(size, (count, atOnce) => {
        const from = inEmpty;
        inEmpty += count;
        return create(empty, from, count, atOnce);
      });
      costs.push({ full, empty: beside });
    }
    showCosts(costs);
  }
  const many = await openClients(connections);
  try {
    const last = await makeDirectory(root, 'connections');
    await Promise.all(many.map((each, index) => each.create(last, `f${index}`)));
    showMemory(`with ${connections} connections`, await memoryOf(pid));
    await list(directory, made);
  } finally {
    for (const each of many) each.close();
  }
}

/** What is merged for the files that were made before is not what the next CREATE costs. */
async function settle(): Promise<void> {
  for (let second = 0; second < settleSecondsMax; second += 1) {
    const { allUs } = await cpuOfEach(1, () => setTimeout(1_000));
    if (allUs < settledUs) return;
  }
}

/** Powers of ten, and the last one as it was asked for. */
function sizes(): number[] {
  const found: number[] = [];
  for (let size = smallestSize; size < filesMax; size *= 10) found.push(size);
  return [...found, filesMax];
}

/** Names in no order, as those of a program that hashes: neighbours in the directory are none in LevelDB. */
function nameOf(index: number): string {
  return `f${(Math.imul(index, 0x9e37_79b1) >>> 0).toString(16)}`;
}

async function create(dir: Buffer, from: number, count: number, atOnce: number): Promise<void> {
  await callsUntil(count, atOnce, async (index) => {
    await clients[index % clients.length]?.create(dir, nameOf(from + index));
  });
}

async function costOf(
  size: number,
  make: (count: number, atOnce: number) => Promise<void>,
): Promise<Cost> {
  const atMany = Math.min(callsAtMany, Math.ceil(size / 10));
  const atOne = Math.min(callsAtOne, Math.ceil(size / 10));
  const cpu = await cpuOfEach(atMany, () => make(atMany, outstanding));
  const startMs = performance.now();
  await make(atOne, 1);
  return { ...cpu, latencyUs: ((performance.now() - startMs) * 1_000) / atOne };
}

async function cpuOfEach(count: number, work: () => Promise<unknown>): Promise<CpuTime> {
  const before = await cpuTimeOf(pid);
  await work();
  const after = await cpuTimeOf(pid);
  return {
    allUs: (after.allUs - before.allUs) / count,
    eventLoopUs: (after.eventLoopUs - before.eventLoopUs) / count,
  };
}

function shown({ allUs, eventLoopUs }: CpuTime): string {
  return `processor time of each ${allUs.toFixed(1)} µs, of the event loop ${eventLoopUs.toFixed(1)}`;
}

function showCosts(costs: readonly { full: Cost; empty: Cost }[]): void {
  const show = (what: string, of: (cost: Cost) => number): void => {
    const full = median(costs.map((cost) => of(cost.full)));
    const empty = median(costs.map((cost) => of(cost.empty)));
    const ratio = (full / empty).toFixed(2);
    console.log(
      `  CREATE, ${what}: ${full.toFixed(0)} µs, in an empty directory ${empty.toFixed(0)} µs, ratio ${ratio}`,
    );
  };
  show(`event loop, ${outstanding} outstanding`, ({ eventLoopUs }) => eventLoopUs);
  show(`all threads, ${outstanding} outstanding`, ({ allUs }) => allUs);
  show('latency, 1 outstanding', ({ latencyUs }) => latencyUs);
}

/** All of the directory, with attributes and handles and then without. */
async function list(data: Buffer, expected: number): Promise<void> {
  for (const way of ['READDIRPLUS', 'READDIR'] as const) {
    await forgetPeak(pid);
    const startMs = performance.now();
    let found = 0;
    const cpu = await cpuOfEach(expected, async () => {
      found = await countEntries(data, way);
    });
    const seconds = (performance.now() - startMs) / 1_000;
    // The dots are given too.
    if (found !== expected + 2) throw new Error(`${way}: ${found} names`);
    showMemory(`${way} of ${found} names`, await memoryOf(pid));
    console.log(`  ${(found / seconds).toFixed(0)} names/s, ${shown(cpu)}`);
  }
}

async function countEntries(data: Buffer, way: 'READDIRPLUS' | 'READDIR'): Promise<number> {
  const nfs = clients[0]?.nfs;
  if (nfs === undefined) throw new Error('there is a client');
  const cookieverf = Buffer.alloc(8);
  let cookie = 0n;
  let found = 0;
  for (;;) {
    const from = { dir: { data }, cookie, cookieverf };
    const result =
      way === 'READDIR'
        ? await nfs.nfsproc3Readdir({ ...from, count: listingBytes })
        : await nfs.nfsproc3Readdirplus({
            ...from,
            dircount: listingBytes,
            maxcount: listingBytes,
          });
    if (result.status !== 0) throw new Error(`${way}: status ${result.status}`);
    const { entries, eof } = result.resok.reply;
    found += entries.length;
    const last = entries.at(-1);
    if (eof || last === undefined) return found;
    cookie = last.cookie;
  }
}

function openClients(count: number): Promise<StockClient[]> {
  return Promise.all(Array.from({ length: count }, () => openStockClient(cluster.address, 'home')));
}

function showMemory(when: string, memory: Memory): void {
  const { residentMb, anonymousMb, fileMb, peakMb } = memory;
  console.log(
    `${when.padEnd(34)} resident ${residentMb.toFixed(0)} MiB (own ${anonymousMb.toFixed(0)}, of files ${fileMb.toFixed(0)}), most ${peakMb.toFixed(0)}`,
  );
}
