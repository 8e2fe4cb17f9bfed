import { afterEach, expect, test } from 'vitest';
import { SocketUnit } from './socket-unit.ts';
import { StockReader } from './stock-reader.ts';
import { until, UpProcess } from './up-process.ts';

/** FUGA_TEST_KILLS asks for another number of takeovers. */
const kills = Number(process.env.FUGA_TEST_KILLS ?? 6);
/** On a busy machine it takes seconds until the killed process is back as backup. */
const killMaxMs = 30_000;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function up(words: readonly string[] = []): Promise<UpProcess> {
  const cluster = new UpProcess(words);
  closers.push(() => cluster.dispose());
  await cluster.ready();
  return cluster;
}

async function reader(cluster: UpProcess): Promise<StockReader> {
  const opened = await StockReader.open(cluster.port);
  closers.push(() => opened.channel.close());
  return opened;
}

/** Resolves with the primary's process id, where a backup stands by. */
const pair = (cluster: UpProcess): Promise<number> =>
  until('there is a pair', () =>
    cluster.server('backup') === undefined ? undefined : cluster.server('primary')?.pid,
  );

test(`a stock client that reconnects at once is refused in none of ${kills} takeovers, and reads on`, {
  timeout: kills * killMaxMs,
}, async ({ annotate }) => {
  const cluster = await up();
  const { port } = cluster;
  const client = await reader(cluster);
  client.start();
  const waitsMs: number[] = [];
  for (let kill = 1; kill <= kills; kill += 1) {
    const primary = await pair(cluster);
    const reads = client.reads;
    client.channel.longestMs = 0;
    process.kill(primary, 'SIGKILL');
    await until('another one serves', () => {
      const serving = cluster.server('primary')?.pid;
      return serving !== undefined && serving !== primary ? true : undefined;
    });
    await until('it reads on', () => (client.reads > reads + 1 ? true : undefined));
    waitsMs.push(Math.round(client.channel.longestMs));
  }
  expect(client.channel.refusals).toEqual([]);
  expect(client.channel.connections).toBeGreaterThan(kills);
  expect(cluster.port).toBe(port);
  await client.end();
  await annotate(`the client waited, in ms: ${waitsMs.toSorted((a, b) => a - b).join(' ')}`);
});

test('who connects while the primary hangs is served by its successor', async () => {
  const cluster = await up();
  const earlier = await reader(cluster);
  const primary = await pair(cluster);
  // A holder younger than three seconds is not accused of silence.
  process.kill(primary, 'SIGSTOP');
  const later = await Promise.all([reader(cluster), reader(cluster)]);
  for (const each of [earlier, ...later]) {
    await each.read();
    expect(each.channel.refusals).toEqual([]);
  }
  // Their first connection was never closed, although it was on its way to a process that died.
  expect(later.map(({ channel }) => channel.connections)).toEqual([1, 1]);
  expect(cluster.server('primary')?.pid).not.toBe(primary);
});

test('a socket that was passed to `fuga up` refuses nobody while that is started anew', async () => {
  const unit = await SocketUnit.start('home');
  closers.push(() => unit.end());
  // It waits in the socket until somebody serves.
  const client = await StockReader.open(unit.port);
  closers.push(() => client.channel.close());
  client.start();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const before = await until('it runs', () => unit.upPid);
    const reads = client.reads;
    process.kill(before, signal);
    await until('it runs anew', () => (unit.upPid === before ? undefined : unit.upPid));
    await until('it reads on', () => (client.reads > reads + 1 ? true : undefined));
  }
  expect(client.channel.refusals).toEqual([]);
  await client.end();
});
