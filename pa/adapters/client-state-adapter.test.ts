import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClientState, openClientState } from './client-state-adapter.ts';

let folder: string;
const open: ClientState[] = [];

async function openState(): Promise<ClientState> {
  const state = await openClientState(join(folder, 'state'));
  open.push(state);
  return state;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-client-'));
});
afterEach(() => {
  for (const state of open.splice(0)) state.release();
  rmSync(folder, { recursive: true });
});

test('the UI is the same in each life, and the last life at each area is known', async () => {
  const first = await openState();
  expect(first.lives.previous('a')).toBe(0);
  await Promise.all([first.lives.began('a', 1), first.lives.began('b', 7)]);
  await first.lives.began('a', 2);
  first.release();
  const second = await openState();
  expect(second.ui).toEqual(first.ui);
  expect([second.lives.previous('a'), second.lives.previous('b')]).toEqual([2, 7]);
});

test('two processes with one state: the second is refused, for it would end what the first one does', async () => {
  const first = await openState();
  await expect(openState()).rejects.toMatchObject({
    code: 'PA_STATE',
    message: expect.stringContaining(`in use by another client (pid ${process.pid})`) as string,
  });
  first.release();
  await openState();
});

test.each(['', '{', '{}', '{"ui":"ab","lives":{}}', `{"ui":"${'ab'.repeat(16)}","lives":1}`])(
  'a damaged file "%s" is not replaced silently',
  async (text) => {
    (await openState()).release();
    writeFileSync(join(folder, 'state', 'client.json'), text);
    await expect(openState()).rejects.toMatchObject({ code: 'PA_STATE' });
  },
);
