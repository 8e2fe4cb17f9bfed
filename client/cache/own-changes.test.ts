import { expect, test } from 'vitest';
import { fc } from '@fast-check/vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import type { FileSystemError } from '../errors.ts';
import type { FugaFs } from '../file-system.ts';
import type { Attributes } from '../nfs/nfs-protocol.ts';
import { NodeCache } from './node-cache.ts';
import { clientOf, memoryFs } from '../testing/memory-fs.ts';

const names = ['/a', '/d', '/d/a', '/d/e', '/d/e/a', '/l/a'] as const;

const attributes: Attributes = {
  type: 'directory',
  mode: 0o755,
  links: 2,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  usedBytes: 0,
  blockSizeBytes: 4096,
  device: 0,
  fileSystemId: 1n,
  inode: 2n,
  accessTimeMs: 0,
  modifyTimeMs: 0,
  changeTimeMs: 0,
};

type Step = (fs: FugaFs) => Promise<unknown>;

const path = fc.constantFrom(...names);
/** What a program may do; much of it fails, as it does on both sides. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(path, fc.string({ maxLength: 5 })).map(
    ([at, text]): Step =>
      (fs) =>
        fs.writeFile(at, text),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.appendFile(at, '+'),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.writeFile(at, '', { flag: 'wx' }),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.readFile(at),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.mkdir(at),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.unlink(at),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.rmdir(at),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.rm(at, { recursive: true }),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.chmod(at, 0o755),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.truncate(at, 2),
  ),
  path.map(
    (at): Step =>
      (fs) =>
        fs.symlink('d', at),
  ),
  fc.tuple(path, path).map(
    ([from, to]): Step =>
      (fs) =>
        fs.rename(from, to),
  ),
  fc.tuple(path, path).map(
    ([from, to]): Step =>
      (fs) =>
        fs.link(from, to),
  ),
);

async function seenBy(fs: FugaFs): Promise<unknown[]> {
  return Promise.all(
    ['/', ...names].map(async (name) => {
      const outcome = await fs
        .lstat(name)
        .catch((error: unknown) => (error as FileSystemError).code);
      return [name, outcome];
    }),
  );
}

/** One client that asks and one that believes, and what is done at once in each round. */
interface Story {
  readonly rounds: readonly (readonly Step[])[];
  readonly entriesMax: number;
  /** How many turns of the event loop each call takes before it is executed, and its answer after. */
  readonly lateTurns: readonly number[];
}

const story: fc.Arbitrary<Story> = fc.record({
  rounds: fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
  entriesMax: fc.constantFrom(1, 4, 1000),
  lateTurns: fc.array(fc.nat(6), { minLength: 11, maxLength: 31 }),
});

async function twoClients({ entriesMax, lateTurns }: Story) {
  const { fs: asking, server } = memoryFs();
  await asking.mkdir('/d/e', { recursive: true });
  await asking.symlink('d', '/l');
  for (const name of ['/a', '/d/a', '/d/e/a']) await asking.writeFile(name, name);
  const time = manualClock();
  const believing = clientOf(server, { cache: { clock: time.clock, entriesMax } });
  let count = 0;
  const late = async () => {
    count += 1;
    for (let turns = lateTurns[count % lateTurns.length] ?? 0; turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  server.pause = late;
  server.answered = late;
  return { asking, believing, time };
}

const many = { numRuns: 150, endOnFailure: true };

test('whoever is alone sees each own change at once, whatever is remembered and however calls overlap', async () => {
  const property = fc.asyncProperty(story, async (told) => {
    const { asking, believing } = await twoClients(told);
    for (const round of told.rounds) {
      const looking = seenBy(believing);
      await Promise.allSettled([...round.map((each) => each(believing)), looking]);
      expect(await seenBy(believing)).toEqual(await seenBy(asking));
    }
  });
  await fc.assert(property, many);
}, 120_000);

test('nothing is believed longer than 60 s, whatever others changed while it was asked for', async () => {
  const property = fc.asyncProperty(story, async (told) => {
    const { asking, believing, time } = await twoClients(told);
    for (const round of told.rounds) {
      const looking = [seenBy(believing), seenBy(believing)];
      const changing = round.map((each, at) => each(at % 3 === 0 ? believing : asking));
      await Promise.allSettled([...changing, ...looking]);
      await time.advance(60_000);
      expect(await seenBy(believing)).toEqual(await seenBy(asking));
    }
  });
  await fc.assert(property, many);
}, 120_000);

test('a look-up that was under way while its directory changed is not vouched for by what the directory is now', () => {
  const cache = new NodeCache(manualClock().clock, {});
  const root = Buffer.from('root');
  cache.sawAttributes(root, attributes, cache.ask());
  const lookup = cache.ask();
  // Executed in this order: the look-up, a CREATE by somebody else, the GETATTR; and its answer is the first.
  cache.sawAttributes(root, { ...attributes, modifyTimeMs: 1 }, cache.ask());
  cache.sawName(root, 'name', undefined, lookup);
  expect(cache.find(root, 'name')).toEqual({ kind: 'unknown' });
  cache.sawName(root, 'name', undefined, cache.ask());
  expect(cache.find(root, 'name')).toEqual({ kind: 'missing' });
});

test('no more is kept than the limit', () => {
  const { clock } = manualClock();
  const cache = new NodeCache(clock, { entriesMax: 10 });
  const root = Buffer.from('root');
  for (let file = 0; file < 100; file += 1) {
    const node = { handle: Buffer.from(String(file)), attributes };
    cache.sawAttributes(root, attributes, cache.ask());
    cache.sawName(root, String(file), node, cache.ask());
    cache.sawAttributes(node.handle, attributes, cache.ask());
    cache.changed(node.handle, cache.ask(), attributes);
  }
  expect(cache.size).toBe(20);
  expect(cache.find(root, '89').kind).toBe('unknown');
  expect(cache.find(root, '90').kind).toBe('found');
});
