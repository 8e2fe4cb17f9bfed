import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const command = join(import.meta.dirname, '../../bin/fuga');
const filesPerFolder = 10;
const folders = 8;

interface ClusterFile {
  readonly pams: readonly string[];
  readonly servers: readonly {
    readonly pid: number;
    readonly roles: Readonly<Record<string, string>>;
  }[];
}

let folder: string;
let up: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-cli-'));
});
afterEach(async () => {
  if (up?.exitCode === null) {
    up.kill('SIGTERM');
    await new Promise((resolve) => up?.once('exit', resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

test('a tree put and got while the primary is killed again and again comes back identical', async () => {
  plant();
  up = spawn(process.execPath, [command, 'up', '--pam-port', '0'], {
    cwd: folder,
    stdio: 'ignore',
  });
  await settled();

  expect(await fugaWhileKilling('put', '-r', 'tree', 'home:/')).toMatchObject({ code: 0 });
  expect(await fugaWhileKilling('get', '-r', 'home:/tree', 'back')).toMatchObject({ code: 0 });
  const names = contents('tree');
  expect(names.length).toBe(folders * filesPerFolder);
  expect(contents('back')).toEqual(names);

  // Not one name was lost, none is left behind, and nothing fails that has succeeded.
  expect(await fugaWhileKilling('rm', '-r', 'home:/tree')).toEqual({ code: 0, out: '' });
  expect(await fuga('ls', 'home:/')).toEqual({ code: 0, out: '' });
  expect(await fuga('ls', 'home:/tree')).toMatchObject({ code: 2 });
});

function plant(): void {
  for (let at = 0; at < folders; at += 1) {
    mkdirSync(join(folder, 'tree', String(at)), { recursive: true });
    for (let file = 0; file < filesPerFolder; file += 1) {
      writeFileSync(
        join(folder, 'tree', String(at), String(file)),
        randomBytes(4_000 * (file + 1)),
      );
    }
  }
}

/** Paths and contents of all files. */
function contents(name: string): string[] {
  return readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path.slice(join(folder, name).length)} ${readFileSync(path, 'base64')}`;
    })
    .sort();
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

function fuga(...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [command, ...words], { cwd: folder });
  let out = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out }));
  });
}

/** Whoever is primary dies shortly after the command began, and again whenever there are two servers. */
async function fugaWhileKilling(...words: readonly string[]): Promise<Ended> {
  await settled();
  const running = { goesOn: true };
  const ended = fuga(...words).finally(() => {
    running.goesOn = false;
  });
  let kills = 0;
  await pause(700);
  do {
    const primary = pair();
    if (primary !== undefined) {
      process.kill(primary, 'SIGKILL');
      kills += 1;
    }
    await pause(300);
  } while (running.goesOn);
  expect(kills).toBeGreaterThan(0);
  return ended;
}

async function settled(): Promise<void> {
  while (pair() === undefined) {
    if (up?.exitCode !== null) throw new Error(`fuga up ended with ${up?.exitCode}`);
    await pause(100);
  }
}

/** The primary's process, where a backup stands by. */
function pair(): number | undefined {
  try {
    const text = readFileSync(join(folder, 'fuga-data/cluster.json'), 'utf8');
    const { servers } = JSON.parse(text) as ClusterFile;
    const has = (role: string) => servers.find(({ roles }) => roles.home === role);
    return has('backup') === undefined ? undefined : has('primary')?.pid;
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
