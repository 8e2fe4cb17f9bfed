import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import { type GatewayState, openGatewayState } from './gateway-state.ts';

let parent: string;
let state: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'fuga-gateway-'));
  state = join(parent, 'home');
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});
const open = (): Promise<GatewayState> => openGatewayState(state, nodeEnvironment());

test('the UI is made once, and is the same in each life', async () => {
  const first = await open();
  expect(first.gatewayUi).toHaveLength(16);
  first.release();
  const second = await open();
  expect(second.gatewayUi).toEqual(first.gatewayUi);
  second.release();
  expect(readdirSync(state)).toEqual(['gateway.ui']);
  expect(readFileSync(join(state, 'gateway.ui'), 'utf8')).toMatch(/^[0-9a-f]{32}\n$/);
});

test('what a gateway left that died while it made its UI does not count', async () => {
  (await open()).release();
  rmSync(join(state, 'gateway.ui'));
  writeFileSync(join(state, 'gateway.ui.new'), '12');
  expect((await open()).gatewayUi).toHaveLength(16);
});

test('a second gateway on the same state is refused, and told what to do', async () => {
  await open();
  await expect(open()).rejects.toThrow(`in use by another gateway (pid ${process.pid})`);
});

test('a damaged UI is not replaced silently, and the lock is given back', async () => {
  (await open()).release();
  writeFileSync(join(state, 'gateway.ui'), 'abc\n');
  await expect(open()).rejects.toThrow('is damaged');
  expect(readdirSync(state)).toEqual(['gateway.ui']);
});

test('a folder that cannot be one says why', async () => {
  writeFileSync(state, '');
  await expect(open()).rejects.toThrow('cannot be used as a state folder');
});
