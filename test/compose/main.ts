import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Compose, run } from './compose.ts';
import { checksums, differences, makeFiles, makeOpenFolder } from './test-files.ts';

// `npm run test:compose`: docker-compose.yml for real. Puts 200 files while the primary's container is killed three times,
// gets them back, compares, lets the chaos service run, and takes everything down, whatever happened.

const filesCount = 200;
const filesPerPut = 5;
const kills = 3;
const patienceMs = 120_000;
const servers = ['server-a', 'server-b'] as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const compose = await Compose.open(`fuga-test-${process.pid}`);
  const exchange = await mkdtemp(join(tmpdir(), 'fuga-compose-'));
  // The user of the containers is another one.
  await chmod(exchange, 0o755);
  const tearDown = async (): Promise<void> => {
    await compose.remove();
    await rm(exchange, { recursive: true, force: true });
  };
  process.once('SIGINT', () => {
    void tearDown().finally(() => process.exit(130));
  });
  try {
    await test(compose, exchange);
    tell('everything came back identical');
    return 0;
  } catch (error) {
    console.error(error);
    console.error(await compose.logs().catch(String));
    return 1;
  } finally {
    await tearDown();
  }
}

async function test(compose: Compose, exchange: string): Promise<void> {
  const from = join(exchange, 'from');
  const to = join(exchange, 'to');
  await makeOpenFolder(from);
  await makeOpenFolder(to);
  await makeFiles(from, filesCount, filesPerPut);
  await compose.build();
  await compose.start();
  await primaryAndBackup(compose);

  const putting = putAll(compose, exchange);
  for (let kill = 1; kill <= kills; kill++) {
    await Promise.race([
      sleep(1_000),
      putting.then(() => Promise.reject(new Error('put was faster than the kills'))),
    ]);
    await killPrimary(compose, kill);
  }
  await putting;
  tell(`${filesCount} files are put`);

  await compose.once('client', exchange, 'get', '-r', 'home:/from', '/exchange/to');
  const different = differences(await checksums(from), await checksums(join(to, 'from')));
  if (different.length > 0) throw new Error(different.join('\n'));
  tell(`${filesCount} files came back`);

  await primaryAndBackup(compose);
  const report = await compose.once('chaos', exchange);
  tell(`chaos:\n${report}`);
}

/** A command for each few files, so that it goes on for long enough. The first that fails ends it. */
async function putAll(compose: Compose, exchange: string): Promise<void> {
  const script =
    'fuga mkdir home:/from; for folder in /exchange/from/*; do fuga put -r "$folder" home:/from/; done';
  await compose.shell('client', exchange, script);
}

async function killPrimary(compose: Compose, kill: number): Promise<void> {
  const { primary } = await primaryAndBackup(compose);
  const container = await compose.containerOf(primary);
  await run('docker', 'kill', '--signal', 'KILL', container);
  const startMs = performance.now();
  const other = servers.find((server) => server !== primary) ?? primary;
  await until(`${other} takes over`, async () => (await roleOf(compose, other)) === 'primary');
  const elapsedMs = Math.round(performance.now() - startMs);
  tell(`kill ${kill}: ${primary} was killed, ${other} is primary after ${elapsedMs} ms at most`);
  // An engine does not restart what was killed by hand.
  await run('docker', 'start', container);
}

async function primaryAndBackup(compose: Compose): Promise<{ primary: string }> {
  let primary: string | undefined;
  await until('there is a primary and a backup', async () => {
    const roles = await Promise.all(servers.map((server) => roleOf(compose, server)));
    primary = servers[roles.indexOf('primary')];
    return primary !== undefined && roles.includes('backup');
  });
  return { primary: primary ?? '' };
}

/** Asked from inside its container: its ports are not published. Undefined while it does not answer. */
async function roleOf(compose: Compose, service: string): Promise<unknown> {
  try {
    const container = await compose.containerOf(service);
    const script = 'fetch(process.env.HEALTH_URL).then((r) => r.text()).then(console.log)';
    const health = await run('docker', 'exec', container, 'node', '--eval', script);
    return (JSON.parse(health) as { volumes: Record<string, unknown> }).volumes.home;
  } catch {
    return undefined;
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > endMs)
      throw new Error(`waited for ${patienceMs / 1000} s until ${what}`);
    await sleep(200);
  }
}

function tell(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}
