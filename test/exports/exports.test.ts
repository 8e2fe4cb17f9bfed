import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { connect } from '../../client/index.ts';
import { runFuga, UpProcess } from '../up/up-process.ts';

// Exports as an operator changes them: files, signals and commands against real servers.

const started: UpProcess[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.dispose();
});

const everything = '/home 127.0.0.0/8(rw,no_root_squash)';

async function start(lines: string): Promise<{ up: UpProcess; file: string }> {
  const data = mkdtempSync(join(tmpdir(), 'fuga-exports-'));
  const file = join(data, 'exports');
  writeFileSync(file, lines);
  const up = new UpProcess(['--exports', file], data);
  started.push(up);
  await up.ready();
  return { up, file };
}

test('exports are reloaded by command and by signal, and a bad line changes nothing', async () => {
  const { up, file } = await start(everything);
  const ask = (...words: string[]) => runFuga([...words, '--data', up.data]);
  const admin = up.server('primary')?.adminUrl ?? '';
  const show = async () => (await runFuga(['exports', 'show', '--admin', admin])).output;
  const first = '/home 127.0.0.0/8(rw,no_root_squash,insecure,anonuid=65534,anongid=65534)\n';
  expect(await show()).toBe(first);

  writeFileSync(file, `${everything}\n/home/a 10.0.0.1 nowhere\n`);
  const refused = await ask('exports', 'reload');
  expect(refused.code).toBe(1);
  expect(refused.errors).toContain(`${file}:2: "nowhere" is no client`);
  expect(await show()).toBe(first);

  const unsigned = await runFuga(['exports', 'reload', '--admin', admin]);
  expect(unsigned).toMatchObject({ code: 1, output: '' });
  expect(unsigned.errors).toContain('signed with the cluster secret');

  writeFileSync(file, `${everything}\n/home/a ::1\n`);
  const reloaded = await ask('exports', 'reload');
  expect(reloaded).toMatchObject({ code: 0, errors: '' });
  // Each server of the pair: whoever takes over has the same ones.
  expect(reloaded.output.match(/: 2 exports in force\n/g)).toHaveLength(2);

  writeFileSync(file, everything);
  process.kill(up.server('primary')?.pid ?? 0, 'SIGHUP');
  for (let shown = ''; shown !== first; shown = await show());
});

test('no call is lost to a reload, and what is taken away is refused from then on', async () => {
  const { up, file } = await start(everything);
  const fs = await connect({ alias: 'home', pams: up.cluster.pams });
  try {
    const reload = () => runFuga(['exports', 'reload', '--data', up.data]);
    const loading = Promise.all([reload(), reload(), reload()]);
    const state = { isLoading: true };
    void loading.finally(() => {
      state.isLoading = false;
    });
    let calls = 0;
    for (; state.isLoading; calls += 1) await fs.writeFile(`/${calls % 10}`, `${calls}`);
    expect((await loading).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(calls).toBeGreaterThan(0);

    writeFileSync(file, '/home 127.0.0.0/8(ro)');
    await reload();
    await expect(fs.writeFile('/0', 'x')).rejects.toMatchObject({ code: 'EROFS' });
    expect((await fs.readFile('/0')).length).toBeGreaterThan(0);
    writeFileSync(file, '/home 192.0.2.1');
    await reload();
    await expect(fs.readFile('/0')).rejects.toMatchObject({ code: 'EACCES' });
  } finally {
    await fs.close();
  }
});

test('servers are not started with exports that are bad', async () => {
  const data = mkdtempSync(join(tmpdir(), 'fuga-exports-'));
  const words = ['--data', data, '--pam-port', '0', '--export', '/hmoe *'];
  const { code, errors } = await runFuga(['up', ...words]);
  rmSync(data, { recursive: true });
  expect(code).toBe(1);
  expect(errors).toBe('fuga up: --export:1: this server has no volume /hmoe: it has /home\n');
});
