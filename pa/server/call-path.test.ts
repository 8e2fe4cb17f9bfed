import { createHook } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { NamesV1 } from './testing/names-service.ts';
import { type TestConnection, type TestServer, TestVolume } from './testing/test-volume.ts';

const { make, look } = NamesV1.procedures;

// What small calls cost is mostly what is made for each of them. Promises can be counted, the same on every machine: those of
// a sync and of a check are there once for all calls that share them, and nothing of a call itself needs one.

async function promisesOf(work: () => Promise<void>): Promise<number> {
  let promises = 0;
  const hook = createHook({
    init(_, type) {
      if (type === 'PROMISE') promises += 1;
    },
  });
  hook.enable();
  await work();
  hook.disable();
  return promises;
}

class Served {
  readonly volume: TestVolume;
  readonly #connection: TestConnection;
  readonly #to: TestServer;

  constructor(volume: TestVolume, to: TestServer) {
    this.volume = volume;
    this.#connection = volume.connection();
    this.#to = to;
  }

  /** As many calls as come in one piece of input, and all their replies. */
  promisesFor(names: readonly string[], procedure: typeof make): Promise<number> {
    return promisesOf(async () => {
      const before = this.#connection.replies.size;
      for (const args of names) this.volume.send(this.#to, this.#connection, { procedure, args });
      await this.volume.time.advance(10);
      expect(this.#connection.replies.size - before).toBe(names.length);
    });
  }
}

const many = (what: string): string[] => Array.from({ length: 64 }, (_, at) => `${what}${at}`);

test.each([
  ['reads of what is in memory', look],
  ['changes', make],
])('64 %s that come together make no promise each', async (_, procedure) => {
  const volume = new TestVolume();
  const served = new Served(volume, await volume.claim());
  // Loads the peer's ring and the records.
  await served.promisesFor(many('a'), make);
  if (procedure === make) await served.promisesFor(many('b'), look);
  const names = procedure === make ? many('b') : many('a');
  const one = await served.promisesFor(names.slice(0, 1), procedure);
  expect(one).toBeGreaterThan(0);
  // They share a batch and a check, or two where the first call's batch is under way before the others have come.
  expect(await served.promisesFor(names.slice(1), procedure)).toBeLessThanOrEqual(2 * one);
});
