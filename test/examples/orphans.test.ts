import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { Crash } from '../../examples/semantics/crash-adapter.ts';
import { CounterProgramV1Client } from '../../examples/semantics/generated/counter.ts';
import { pairCounter } from '../../examples/semantics/pair-counter.ts';
import {
  connectAlias,
  openClientState,
  type PairProcess,
  type Pam,
  serveAlias,
  startPam,
} from '../../pa/index.ts';

let folder: string;
let pam: Pam;
let server: PairProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-orphans-'));
  pam = await startPam({ environment: nodeEnvironment(), host: '127.0.0.1', port: 0 });
  const data = join(folder, 'area');
  const services = pairCounter(new Crash());
  server = await serveAlias({ node: 'a', alias: 'counter', data, pams: [pam.url], services });
});
afterEach(async () => {
  await server.close();
  await pam.close();
  rmSync(folder, { recursive: true });
});

/** A client process that adds for ever, and is killed after so many ms. Resolves with what it was answered last. */
async function addUntilKilled(afterMs: number): Promise<number> {
  const script = 'dist/examples/semantics/main.js';
  const child = spawn(process.execPath, [script, 'add', join(folder, 'client'), pam.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (text: Buffer) => {
    told += text.toString();
    // The time runs from its first answer on: before that there is nothing to interrupt.
    if (told.includes('\n')) setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  await new Promise((resolve) => child.once('close', resolve));
  const lines = told.split('\n').slice(0, -1);
  return Number(lines.at(-1));
}

test('a client killed at any moment: what it was told holds, at most its last call came after, and nothing later', {
  timeout: 400_000,
}, async () => {
  for (const afterMs of [0, 1, 2, 5, 10, 30]) {
    const told = await addUntilKilled(afterMs);
    const state = await openClientState(join(folder, 'client'));
    const alias = connectAlias({ alias: 'counter', pams: [pam.url], ...state });
    const counter = new CounterProgramV1Client(alias);
    // Its first call says hello, and from the answer on the life before is over.
    const total = await counter.total(undefined);
    expect([told, told + 1]).toContain(total);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await counter.total(undefined)).toBe(total);
    await alias.close();
    state.release();
  }
});
