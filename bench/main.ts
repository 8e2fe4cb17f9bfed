import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { startGateway } from '../chaos/cluster/gateway.ts';
import { connectAlias } from '../pa/index.ts';
import { startBenchCluster } from './cluster.ts';
import { measureDisk } from './disk.ts';
import { median } from './measure.ts';
import { openStockWorkload } from './stock-workload.ts';
import { openWorkload } from './workload.ts';

// `npm run bench`: what one pair on this machine does, with what its disk does beside it, in one run. Nothing here is
// asserted: other work on the machine makes every figure smaller.

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '5' },
    'duration-ms': { type: 'string', default: '1000' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const repeats = Number(values.repeats);
const durationMs = Number(values['duration-ms']);

const cluster = await startBenchCluster(values.folder);
const alias = connectAlias({ alias: 'home', pams: cluster.pams });
const rates = new Map<string, { readonly unit: string; readonly values: number[] }>();

function note(name: string, unit: string, value: number): void {
  const row = rates.get(name) ?? { unit, values: [] };
  row.values.push(value);
  rates.set(name, row);
}

try {
  const workload = await openWorkload(alias, 'home');
  // Compiled code and warm caches, as after the first second of a server's life.
  await workload.getattr(64, durationMs);
  await workload.createAndRemove(64, durationMs);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const disk = measureDisk(cluster.folder, durationMs);
    note('disk: 4 KiB append + fdatasync, one at a time', '/s', disk.syncsPerSecond);
    note('disk: 1 MiB append + fdatasync', 'MB/s', disk.writeMbPerSecond);
    for (const outstanding of [1, 64]) {
      const at = `${outstanding} outstanding`;
      note(`null, ${at}`, '/s', await workload.null(outstanding, durationMs));
      note(`GETATTR, ${at}`, '/s', await workload.getattr(outstanding, durationMs));
      const { create, remove } = await workload.createAndRemove(outstanding, durationMs);
      note(`CREATE (durable), ${at}`, '/s', create);
      note(`REMOVE (durable), ${at}`, '/s', remove);
    }
    const sequential = await workload.sequential(64);
    note('sequential write, 8 KiB, durable, 64 outstanding', 'MB/s', sequential.write);
    note('sequential read, 8 KiB, 64 outstanding', 'MB/s', sequential.read);
  }
  const { port } = alias.status();
  if (port === undefined) throw new Error('the alias is served');
  const signal = new AbortController().signal;
  const gateway = await startGateway({ folder: cluster.folder, alias: 'home', signal });
  const direct = await openStockWorkload(port, 'home');
  const relayed = await openStockWorkload(gateway.address, 'home');
  try {
    const ways = [
      ['direct', direct],
      ['gateway', relayed],
    ] as const;
    for (const [, stock] of ways) await stock.getattr(64, durationMs);
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const [way, stock] of ways) {
        const getattr = await stock.getattr(64, durationMs);
        note(`stock client, ${way}: GETATTR, 64 outstanding`, '/s', getattr);
        const read = await stock.read(8, durationMs);
        note(`stock client, ${way}: READ of 1 MiB, 8 outstanding`, 'MB/s', read);
      }
    }
  } finally {
    direct.close();
    relayed.close();
    await gateway.close();
  }
} finally {
  await alias.close();
  await cluster.close();
}

const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const medians = [...rates].map(([name, row]) => ({
  name,
  unit: row.unit,
  median: median(row.values),
}));
const rateOf = (name: string): number => median(rates.get(name)?.values ?? []);
const groupCommit =
  rateOf('CREATE (durable), 64 outstanding') / rateOf('CREATE (durable), 1 outstanding');

if (values.json) {
  console.log(JSON.stringify({ machine, repeats, medians, groupCommit }, undefined, 2));
} else {
  console.log(
    `${machine}; medians of ${repeats}, NFS over TCP: version 2 through PA, 3 for stock clients\n`,
  );
  for (const { name, unit, median: rate } of medians) {
    const shown = rate >= 100 ? rate.toFixed(0) : rate.toFixed(1);
    console.log(`${name.padEnd(52)} ${shown.padStart(8)} ${unit}`);
  }
  console.log(
    `\nCREATE at 64 outstanding is ${groupCommit.toFixed(1)} times CREATE at 1 (group commit)`,
  );
}
