import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import { createSecretFile, readSecretFile } from '../../../pa/adapters/secret-file-adapter.ts';
import { type Pam, startPam } from '../../../pa/manager/start-pam.ts';
import { rejectionOf } from '../../testing/memory-fs.ts';
import type { Cluster, ConnectionOptions } from '../context.ts';
import { openCluster } from './open-cluster.ts';

const environment = nodeEnvironment();
let folder: string;
const open: { close(): Promise<void> }[] = [];
const notices: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-cluster-'));
  notices.length = 0;
});
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  rmSync(folder, { recursive: true });
});

async function pamAt(port = 0, secretPath?: string): Promise<Pam> {
  const secret = secretPath === undefined ? undefined : await readSecretFile(secretPath);
  const pam = await startPam({ environment, host: '127.0.0.1', port, ...(secret && { secret }) });
  open.push(pam);
  return pam;
}

async function clusterWith(options: Partial<ConnectionOptions>): Promise<Cluster> {
  const cluster = await openCluster(
    { notice: (text) => notices.push(text), ...options },
    { environment: {}, workingDirectory: folder },
  );
  open.push(cluster);
  return cluster;
}

describe('a cluster behind a real PAM', () => {
  test('aliases are made, listed and forgotten; with a secret only by those who know it', async () => {
    const secretFile = join(folder, 'secret');
    await createSecretFile(secretFile, environment.random);
    const { url } = await pamAt(0, secretFile);
    const { pam } = await clusterWith({ pam: url, secretFile: 'secret' });
    await pam.create('home');
    await pam.create('projects');
    await pam.reset('home');
    await pam.delete('projects');
    expect(await pam.list()).toEqual([
      { url, ok: true, aliases: [{ name: 'home', statement: { kind: 'no-port' } }] },
    ]);
    expect((await rejectionOf(pam.create('home'))).message).toContain('"home" exists already');
    expect((await rejectionOf(pam.delete('none'))).message).toContain('none');
    const stranger = await clusterWith({ pam: url });
    expect((await rejectionOf(stranger.pam.create('x'))).message).toContain('must be signed');
  });

  test('one of two PAMs is enough; the other is told of', async () => {
    const dead = await pamAt();
    await dead.close();
    const { url } = await pamAt();
    const cluster = await clusterWith({ pam: `${dead.url},${url}` });
    await cluster.pam.create('home');
    expect(notices).toEqual([expect.stringContaining(`${dead.url}: `)]);
    const answers = await cluster.pam.list();
    expect(answers.map((answer) => answer.ok)).toEqual([false, true]);
  });

  test('a wrong alias: which ones there are, and soon', async () => {
    const { url } = await pamAt();
    const cluster = await clusterWith({ pam: url });
    await cluster.pam.create('home');
    await cluster.pam.create('archive');
    expect((await rejectionOf(cluster.open('hom'))).message).toBe(
      "there is no alias 'hom'. There are: archive, home",
    );
  });

  test('the default alias: the only one there is; else the user is asked', async () => {
    const { url } = await pamAt();
    const cluster = await clusterWith({ pam: url });
    expect((await rejectionOf(cluster.defaultAlias())).message).toContain('no alias yet');
    await cluster.pam.create('home');
    expect(await cluster.defaultAlias()).toBe('home');
    await cluster.pam.create('archive');
    expect((await rejectionOf(cluster.defaultAlias())).message).toBe(
      'which alias? There are archive, home: write archive:/path, or give --alias or $FUGA_ALIAS',
    );
    const named = await clusterWith({ pam: url, alias: 'home' });
    expect(await named.defaultAlias()).toBe('home');
  });

  test('the default alias of a cluster that runs here', async () => {
    mkdirSync(join(folder, 'fuga-data'));
    const written = { pams: ['http://127.0.0.1:9'], aliases: ['home'] };
    writeFileSync(join(folder, 'fuga-data/cluster.json'), JSON.stringify(written));
    const cluster = await clusterWith({});
    expect(cluster.pam.urls).toEqual(['http://127.0.0.1:9']);
    expect(await cluster.defaultAlias()).toBe('home');
  });

  test('an alias that nobody has ever served', async () => {
    const { url } = await pamAt();
    const cluster = await clusterWith({ pam: url, wait: 0.2 });
    await cluster.pam.create('home');
    expect((await rejectionOf(cluster.open('home'))).message).toBe(
      "nobody serves 'home': its servers have never been started",
    );
  });

  test('no PAM: what is waited for is told after two seconds, and what to do at the end', async () => {
    const dead = await pamAt();
    await dead.close();
    const cluster = await clusterWith({ pam: dead.url, wait: 2.3 });
    expect((await rejectionOf(cluster.open('home'))).message).toBe(
      `no port alias manager (PAM) answered within 2.3 s at ${dead.url} (from --pam).\n` +
        "Start a cluster with 'npm start', or say where one is with --pam URL or $FUGA_PAM.",
    );
    expect(notices).toEqual([`waiting for PAM at ${dead.url}: is 'npm start' running?`]);
  });

  test('a PAM that comes while it is waited for', async () => {
    const first = await pamAt();
    await first.close();
    const cluster = await clusterWith({ pam: first.url, wait: 20 });
    const listing = cluster.pam.list();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await pamAt(first.address.port);
    expect(await listing).toEqual([{ url: first.url, ok: true, aliases: [] }]);
    expect(notices).toEqual([]);
  });
});
