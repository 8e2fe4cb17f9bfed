import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { connect } from '../../client/index.ts';
import { writeClusterFile } from '../../server/cli/up/cluster-file.ts';
import { StockReader } from './stock-reader.ts';
import { runFuga, until, UpProcess } from './up-process.ts';

const root = join(import.meta.dirname, '../..');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A copy of the program, which can be changed while it runs. */
function install(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fuga-program-'));
  closers.push(async () => rm(folder, { recursive: true, force: true }));
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** What the servers run from now on says so when it starts. */
function changeServer(program: string, says: string): void {
  const path = join(program, 'dist/server/cli/server-command.js');
  appendFileSync(path, `\nconsole.error(${JSON.stringify(says)});\n`);
}

async function startUp(program: string, words: readonly string[] = []): Promise<UpProcess> {
  const cluster = new UpProcess(words, undefined, join(program, 'bin/fuga'));
  closers.push(() => cluster.dispose());
  await cluster.ready();
  return cluster;
}

/** A PA client, which makes files until it is told to end. */
async function makeFiles(pams: string): Promise<{ end(): Promise<number> }> {
  const files = await connect({ alias: 'home', pams });
  const ending = new AbortController();
  let made = 0;
  const making = (async () => {
    while (!ending.signal.aborted) {
      const name = `/made-${made}`;
      await files.writeFile(name, name, { flag: 'wx' });
      expect(await files.readFile(name, 'utf8')).toBe(name);
      made += 1;
    }
    expect((await files.readdir('/')).filter((name) => name.startsWith('made-')).length).toBe(made);
    await files.close();
    return made;
  })();
  making.catch(() => undefined);
  return {
    end() {
      ending.abort();
      return making;
    },
  };
}

test('fuga upgrade replaces both servers under load, without an error at any client', async () => {
  const program = install();
  const cluster = await startUp(program);
  const before = cluster.cluster;
  const stock = await StockReader.open(cluster.port);
  closers.push(() => stock.channel.close());
  stock.start();
  const files = await makeFiles(before.pams.join());
  changeServer(program, 'this is the next version');

  const { code, output, errors } = await runFuga(['upgrade', '--data', cluster.data]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(output).toMatch(
    /^b runs anew \(.*\)\nhome was handed to b after \d+ ms\na runs anew \(.*\)\n$/,
  );
  const reads = stock.reads;
  await until('reads go on', () => (stock.reads > reads + 1 ? true : undefined));

  expect(await files.end()).toBeGreaterThan(0);
  await stock.end();
  expect(stock.channel.refusals).toEqual([]);
  const told = cluster.lines.filter((line) => line.endsWith('this is the next version'));
  expect(told.map((line) => line.split(' ')[1])).toEqual(['b:', 'a:']);
  const after = cluster.cluster;
  expect(after.servers.map(({ roles }) => roles)).toEqual([
    { home: 'backup' },
    { home: 'primary' },
  ]);
});

test('a program that does not start replaces the backup in vain, and the primary is left alone', async () => {
  const program = install();
  const cluster = await startUp(program);
  const primary = cluster.server('primary')?.pid;
  const stock = await StockReader.open(cluster.port);
  closers.push(() => stock.channel.close());
  changeServer(program, 'broken');
  appendFileSync(join(program, 'dist/server/cli/server-command.js'), 'process.exit(1);\n');

  const words = ['--data', cluster.data, '--patience-ms', '5000'];
  const { code, errors } = await runFuga(['upgrade', ...words]);
  expect(code).toBe(1);
  expect(errors).toMatch(/^fuga upgrade: b does not come back: see what `fuga up` says of it/);
  expect(cluster.server('primary')?.pid).toBe(primary);
  await stock.read();
});

test('where there is no backup nobody is ended', async () => {
  const cluster = await startUp(root, ['--servers', '1']);
  const { code, errors } = await runFuga(['upgrade', '--data', cluster.data]);
  expect({ code, errors }).toEqual({
    code: 1,
    errors: expect.stringContaining('there is no backup') as string,
  });
});

test('numbers of processes that a killed `fuga up` left in its file are not believed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fuga-stale-'));
  closers.push(async () => rm(folder, { recursive: true, force: true }));
  const stranger = spawn('sleep', ['600']);
  closers.push(() => stranger.kill());
  const { pid = 0 } = stranger;
  const roles = { home: 'backup' } as const;
  const server = { pid, adminUrl: 'http://127.0.0.1:1', pairAddress: '127.0.0.1:1', roles };
  const servers = ['a', 'b'].map((node) => ({ node, ...server }));
  const aliases = { aliases: ['home'], ports: { home: 1 } };
  writeClusterFile(folder, { pid: 1, pams: [], secretFile: '', ...aliases, servers });
  const { code, errors } = await runFuga(['upgrade', '--data', folder]);
  expect({ code, errors }).toEqual({
    code: 1,
    errors: expect.stringContaining(`a (pid ${pid}) does not answer`) as string,
  });
  expect(stranger.signalCode).toBeNull();
});
