import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import type { CallChannel } from '../../../rpc/client/call-channel.ts';
import { openRpcChannel } from '../../../rpc/client/rpc-channel.ts';
import { RpcClient } from '../../../rpc/client/rpc-client.ts';
import { FolderWorld } from '../../../stable-area/testing/folder-world.ts';
import type { Holder, StableArea } from '../../../stable-area/stable-area.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import { NamesV1, namesServices } from '../testing/names-service.ts';
import { RehearsalClient } from './rehearsal-client.ts';
import { rehearse } from './rehearse.ts';

const claimant = {
  ...{ node: 'a', process: 'p', pairAddress: '127.0.0.1:1' },
  ...{ pid: 1, startTime: '0', namespace: '0' },
};

let directory: MemoryDirectory;
let world: FolderWorld;
let holder: Holder;
let backup: StableArea;

beforeEach(async () => {
  world = new FolderWorld();
  directory = new MemoryDirectory(nodeEnvironment().timers);
  const area = await world.open();
  const outcome = await area.claim(claimant);
  if (outcome.kind !== 'held') throw new Error('nobody else claims');
  ({ holder } = outcome);
  backup = await world.open();
});

afterEach(async () => {
  await world.close();
});

function run(
  script: (channel: CallChannel) => Promise<void>,
  signal = new AbortController().signal,
) {
  const options = {
    alias: 'names',
    area: backup,
    services: {
      ...namesServices,
      rehearse: ([first]: readonly CallChannel[]) => script(first as CallChannel),
    },
    listen: { host: '127.0.0.1', port: 0 },
  };
  const environment = nodeEnvironment();
  return rehearse({ environment, options, secret: undefined, directory, signal });
}

function make(channel: CallChannel, name: string) {
  return new RpcClient(channel).call(NamesV1, NamesV1.procedures.make, name);
}

const rehearsals = (): string[] => world.paths.filter((path) => path.includes('rehearsal'));

test('calls are executed over a copy, with and without a PA header, and nothing of it stays', async () => {
  const answers: string[] = [];
  await run(async (channel) => {
    for (const name of ['one', 'two', 'one', 'two']) answers.push(await make(channel, name));
    expect(rehearsals()).not.toEqual([]);
  });
  // What the second server of each copy finds is what the first one left, as after a takeover.
  const first = ['ok', 'ok', 'exists', 'exists'];
  const second = ['exists', 'exists', 'exists', 'exists'];
  expect(answers).toEqual([first, second, first, second, first, second].flat());
  expect(rehearsals()).toEqual([]);
  // A takeover talks to the PAMs too.
  expect(directory.lookups).toBeGreaterThan(0);
  expect(await holder.confirm()).toBe('held');
  expect(await holder.range({ from: '\x01', to: '\xff', limit: 9 })).toEqual([]);
});

test('nobody but its own clients is served over the copy', async () => {
  const { network, timers, random } = nodeEnvironment();
  const answers: string[] = [];
  await run(async (channel) => {
    expect(await make(channel, 'one')).not.toBe('');
    const peer = channel instanceof RehearsalClient ? channel.peer : undefined;
    if (peer === undefined) throw new Error('it is connected');
    const stranger = await openRpcChannel(peer, { network, timers, random });
    answers.push(await make(stranger, 'two').catch(String));
  });
  expect(answers).toHaveLength(6);
  for (const answer of answers) expect(answer).toMatch(/closed/);
});

test('the room that a takeover needs is kept until it comes', async () => {
  // The holder may still be cleaning up behind its claim.
  await vi.waitFor(async () => {
    await run(async () => undefined);
    expect(world.paths.filter((path) => path.includes('probe-'))).toHaveLength(1);
  });
  expect(await backup.claim(claimant)).toMatchObject({ kind: 'held' });
  expect(world.paths.filter((path) => path.includes('probe-'))).toEqual([]);
});

test('ends in the middle of its calls when there is something better to do', async () => {
  const ending = new AbortController();
  let late: Promise<string> | undefined;
  await run((channel) => {
    void make(channel, 'one').catch(() => undefined);
    ending.abort();
    late = make(channel, 'two');
    late.catch(() => undefined);
    return new Promise(() => undefined);
  }, ending.signal);
  await expect(late).rejects.toThrow('the rehearsal was ended');
  expect(rehearsals()).toEqual([]);
});

test('ends when the disk is full, although its calls are never answered', async () => {
  await run(async (channel) => {
    await make(channel, 'one');
    world.tree.capacityBytes = 0;
    await make(channel, 'two');
  });
  expect(rehearsals()).toEqual([]);
});

test('calls that nobody waits for do no harm', async () => {
  await run((channel) => {
    void make(channel, 'one').catch(() => undefined);
    return Promise.reject(new Error('the script has a bug'));
  });
  expect(rehearsals()).toEqual([]);
});
