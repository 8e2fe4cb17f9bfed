import { afterEach, expect, test } from 'vitest';
import { connect, type FugaFs } from '../../client/index.ts';
import { UpProcess } from '../up/up-process.ts';

const clients: FugaFs[] = [];
let up: UpProcess | undefined;
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await up?.dispose();
});

const hourMs = 3_600_000;

test('close-to-open between clients of real servers, also when one of them is killed in between', async () => {
  up = new UpProcess();
  await up.ready();
  const { pams } = up.cluster;
  const open = async (closeToOpen: boolean): Promise<FugaFs> => {
    const limits = { fileMinMs: hourMs, fileMaxMs: hourMs };
    const directories = { directoryMinMs: hourMs, directoryMaxMs: hourMs };
    const cache = { ...limits, ...directories, closeToOpen };
    const client = await connect({ alias: 'home', pams, cache });
    clients.push(client);
    return client;
  };
  const a = await open(true);
  const believing = await open(false);
  const b = await open(true);

  await b.mkdir('/dir');
  await b.writeFile('/dir/file', 'old');
  for (const client of [a, believing]) expect((await client.stat('/dir/file')).size).toBe(3);
  process.kill(up.server('primary')?.pid ?? 0, 'SIGKILL');
  const handle = await b.open('/dir/file', 'w');
  await handle.write('from B');
  await handle.close();

  for (const client of [a, believing]) expect((await client.stat('/dir/file')).size).toBe(3);
  // This is what makes the difference: the same client without it does not see what B closed.
  await using blind = await believing.open('/dir/file');
  expect((await blind.stat()).size).toBe(3);
  await using seeing = await a.open('/dir/file');
  expect((await seeing.stat()).size).toBe(6);
  expect(await seeing.readFile('utf8')).toBe('from B');
  expect((await a.stat('/dir/file')).size).toBe(6);
});
