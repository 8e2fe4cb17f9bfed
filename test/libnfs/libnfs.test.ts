import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';
import { ServerPair } from '../cluster/server-pair.ts';
import { GatewayProcess } from '../gateway/gateway-process.ts';
import { LibnfsTool, missingTools, run, sha256, urlOf } from './libnfs-tool.ts';

/*
 * libnfs' own programs, NFS version 3: an independent client that knows nothing of us. A file of 100 MiB goes in and comes
 * out, straight from a server, and through a gateway while primaries are killed.
 */

const fileBytes = 100 * 1024 * 1024;
/** A primary is killed when so much of the file has been copied. */
const killAtBytes = fileBytes / 4;

const missing = missingTools();
let folder: string;
let pair: ServerPair;
let gateway: GatewayProcess;
let serverPort: number;
let original: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-libnfs-'));
  pair = new ServerPair();
  gateway = new GatewayProcess([]);
  if (missing !== undefined) return;
  await pair.open();
  serverPort = await pair.startPrimary('a');
  gateway = new GatewayProcess(['--pam', pair.pamUrl]);
  await gateway.start();
  const content = randomBytes(fileBytes);
  writeFileSync(local('original'), content);
  original = sha256(content);
});
afterAll(async () => {
  await gateway.close();
  await pair.close();
  rmSync(folder, { recursive: true, force: true });
});

test('straight from a server: in, listed, printed and out, and nothing is changed', async (context) => {
  skipWithoutTools(context);
  await run('nfs-cp', [local('original'), urlOf(serverPort, '/direct')]);
  expect(await sizeOf('direct', serverPort)).toBe(fileBytes);
  expect(sha256(await run('nfs-cat', [urlOf(serverPort, '/direct')]))).toBe(original);
  await run('nfs-cp', [urlOf(serverPort, '/direct'), local('direct')]);
  expect(sha256(readFileSync(local('direct')))).toBe(original);
});

test('through a gateway, with a primary killed on the way in and on the way out', async (context) => {
  skipWithoutTools(context);
  await pair.startBackup('b');
  const going = new LibnfsTool('nfs-cp', [local('original'), urlOf(gateway.port, '/relayed')]);
  await killWhen(going, 'a', () => sizeOf('relayed', gateway.port));
  await pair.startBackup('a');
  const coming = new LibnfsTool('nfs-cp', [urlOf(gateway.port, '/relayed'), local('relayed')]);
  await killWhen(
    coming,
    'b',
    () => statSync(local('relayed'), { throwIfNoEntry: false })?.size ?? 0,
  );
  expect(sha256(readFileSync(local('relayed')))).toBe(original);
  expect(sha256(await run('nfs-cat', [urlOf(gateway.port, '/relayed')]))).toBe(original);
});

function skipWithoutTools(context: TestContext): void {
  if (missing !== undefined) context.skip(`libnfs is left out: ${missing}`);
}

function local(name: string): string {
  return join(folder, name);
}

/** As nfs-ls shows it; 0 where there is no such file. */
async function sizeOf(name: string, port: number): Promise<number> {
  const lines = (await run('nfs-ls', [urlOf(port)])).toString().split('\n');
  const fields = lines.map((line) => line.trim().split(/ +/)).find((each) => each.at(-1) === name);
  return Number(fields?.at(-2) ?? 0);
}

/** Kills a server in the middle of a copy, and waits for the end of the copy. */
async function killWhen(
  tool: LibnfsTool,
  node: string,
  copiedBytes: () => Promise<number> | number,
): Promise<void> {
  try {
    while (!tool.hasEnded && (await copiedBytes()) < killAtBytes) await sleep(20);
    expect(tool.hasEnded).toBe(false);
    await pair.kill(node);
    await tool.output();
  } finally {
    tool.kill();
  }
}
