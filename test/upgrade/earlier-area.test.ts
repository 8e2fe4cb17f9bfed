import { afterEach, expect, test } from 'vitest';
import { Files } from '../cluster/files.ts';
import { ServerPair } from '../cluster/server-pair.ts';
import { gateway, ownClient, readEarlierArea, restoreFiles, version2Path } from './earlier-area.ts';
import { type Caller, changeFiles, NumberedCaller } from './numbered-caller.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connect(port: number, caller: Caller): Promise<NumberedCaller> {
  const numbered = await NumberedCaller.connect(port, caller);
  closers.push(() => numbered.close());
  return numbered;
}

/** All calls of a client's life again; what each of them is answered. */
async function again(port: number, caller: Caller, name: string): Promise<readonly string[]> {
  const numbered = await connect(port, caller);
  await changeFiles(numbered, name);
  return numbered.answers;
}

async function snapshot(port: number): Promise<string[]> {
  const files = await Files.connect(port);
  closers.push(() => files.close());
  const kept = [];
  for (const name of ['own', 'relayed']) {
    kept.push(...(await files.snapshot(await files.lookup(files.root, name))));
  }
  return kept;
}

test('upgrade: calls that a program with version 2 of the records answered before it was killed are not executed again', async () => {
  const earlier = readEarlierArea(version2Path);
  const areaUi = Buffer.from(earlier.areaUi, 'hex');
  const pair = new ServerPair({ restore: (area) => restoreFiles(earlier, area) });
  closers.push(() => pair.close());
  await pair.open();
  const first = await pair.startPrimary('a');
  const found = await snapshot(first);
  expect(found.map((line) => line.slice(0, 5))).toEqual(['large', 'small', 'large', 'small']);
  expect(found.filter((line) => line.endsWith('in the value log'))).toHaveLength(2);
  expect(found.filter((line) => line.endsWith('inline'))).toHaveLength(2);

  expect(await again(first, ownClient(areaUi), 'own')).toEqual(earlier.own);
  // The gateway was started again: another life, for which it says hello.
  const incarnation = await (await connect(first, gateway(areaUi, 0))).hello();
  expect(await again(first, gateway(areaUi, incarnation), 'relayed')).toEqual(earlier.relayed);
  expect(await snapshot(first)).toEqual(found);

  // What is registered now is this program's own.
  await pair.startBackup('b');
  await pair.kill('a');
  const second = await pair.tookOver('b');
  expect(await again(second, ownClient(areaUi), 'own')).toEqual(earlier.own);
  expect(await again(second, gateway(areaUi, incarnation), 'relayed')).toEqual(earlier.relayed);
  expect(await snapshot(second)).toEqual(found);
});
