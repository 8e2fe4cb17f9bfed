import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type FugaFs } from '../../client/index.ts';
import { ServerPair } from '../cluster/server-pair.ts';
import { runFuga } from '../up/up-process.ts';

/** The whole minute of the acceptance run, or as much of it as every run of the tests can afford. */
const seconds = Number(process.env.FUGA_PAM_FAULTS_SECONDS ?? '15');
const workers = 4;

let pair: ServerPair;
let files: FugaFs | undefined;

beforeEach(() => {
  files = undefined;
});
afterEach(async () => {
  // The client first: it would wait for servers that are gone.
  await files?.close();
  await pair.close();
});

/** Makes, renames and removes names of its own until it is told to stop; nothing but success is right. */
async function work(fs: FugaFs, id: number, state: { goesOn: boolean; done: number }) {
  for (let serial = 0; state.goesOn; serial += 1) {
    const path = `/${id}-${serial}`;
    await fs.writeFile(path, path, { flag: 'wx' });
    await fs.rename(path, `${path}.new`);
    expect(await fs.readFile(`${path}.new`, 'utf8')).toBe(path);
    await fs.unlink(`${path}.new`);
    state.done += 4;
  }
}

test(`two PAMs, one after the other killed and restarted empty for ${seconds} s of takeovers: no client error`, {
  timeout: (seconds + 240) * 1_000,
}, async () => {
  pair = new ServerPair({ pams: 2 });
  await pair.open();
  await pair.startPrimary('a');
  await pair.startBackup('b');
  const fs = await connect({ alias: 'home', pams: pair.pamUrl });
  files = fs;
  const state = { goesOn: true, done: 0 };
  const faults = { pamRestarts: 0, takeovers: 0 };
  const load = Promise.all(Array.from({ length: workers }, (_, id) => work(fs, id, state))).finally(
    () => {
      state.goesOn = false;
    },
  );

  const restartPam = async (index: number) => {
    await sleep(index * 500);
    while (state.goesOn) {
      await pair.restartPam(index);
      faults.pamRestarts += 1;
      await sleep(1_000);
    }
  };
  const takeOver = async () => {
    for (let [primary, backup] = ['a', 'b']; state.goesOn; [primary, backup] = [backup, primary]) {
      await sleep(1_000);
      await pair.kill(primary);
      await pair.tookOver(backup);
      faults.takeovers += 1;
      await pair.startBackup(primary);
    }
  };
  const end = async () => {
    await sleep(seconds * 1_000);
    state.goesOn = false;
  };
  await Promise.all([restartPam(0), restartPam(1), takeOver(), end(), load]);
  expect(faults.pamRestarts).toBeGreaterThan(1);
  expect(faults.takeovers).toBeGreaterThan(0);
  expect(state.done).toBeGreaterThan(0);
  expect(await fs.readdir('/')).toEqual([]);
});

test('no PAM at all: whoever was given both servers follows takeovers, and whoever starts then does too', async () => {
  pair = new ServerPair();
  await pair.open();
  // Each has served once, so that both ports are known.
  const servers = [await pair.startPrimary('b')];
  await pair.kill('b');
  servers.push(await pair.startPrimary('a'));
  await pair.startBackup('b');
  const addresses = servers.map((port) => `127.0.0.1:${port}`).join(',');
  const fs = await connect({ alias: 'home', servers: addresses });
  files = fs;
  await fs.writeFile('/x', 'before');
  await pair.killPam();

  const state = { goesOn: true, done: 0 };
  const load = work(fs, 0, state);
  await pair.kill('a');
  await pair.tookOver('b');
  const doneBefore = state.done;
  while (state.done < doneBefore + 8) await sleep(50);
  state.goesOn = false;
  await load;

  const words = ['--servers', addresses, '--alias', 'home'];
  const cat = await runFuga(['cat', ...words, 'home:/x']);
  expect(cat).toEqual({ code: 0, output: 'before', errors: '' });
  expect(await runFuga(['status', ...words])).toMatchObject({
    code: 1,
    errors: 'status: no port alias manager is known: --pam says where one is\n',
  });
});
