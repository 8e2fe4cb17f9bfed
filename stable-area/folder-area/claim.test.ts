import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { stableAreaCompliance } from '../compliance/compliance.ts';
import { claimant, commitDurably, hold, put, textsOf } from '../compliance/support.ts';
import { FolderWorld, forever } from '../testing/folder-world.ts';

stableAreaCompliance(
  async () => {
    const world = new FolderWorld();
    return { openArea: () => world.open(), close: () => world.close() };
  },
  (name, run) => {
    test(`folder area in memory: ${name}`, run);
  },
);

/** A world in which somebody holds epoch 1 and was told that this is durable. */
async function heldWorld() {
  const world = new FolderWorld();
  const holder = await hold(await world.open());
  await commitDurably(holder, [put('\x02a', 'acknowledged')]);
  return { world, holder };
}

/** Claims with a process that dies for ever at its n-th step. False when it got to its end before that. */
async function dieAtStep(world: FolderWorld, dyingStep: number, when: 'before' | 'after') {
  let step: number | undefined;
  let died: () => void = () => undefined;
  const death = new Promise<'died'>((resolve) => {
    died = () => resolve('died');
  });
  const area = await world.openDoomed({
    [when]: () => {
      if (step === undefined) return undefined;
      step += 1;
      if (step < dyingStep) return undefined;
      died();
      return forever();
    },
  });
  step = 0;
  const claiming = area.claim(claimant('dying')).then(() => 'claimed' as const);
  return (await Promise.race([claiming, death])) === 'died';
}

test.each(['before', 'after'] as const)(
  'claim: whoever dies %s any step leaves the next one able to go on',
  async (when) => {
    let step = 1;
    for (; ; step += 1) {
      const { world, holder } = await heldWorld();
      const died = await dieAtStep(world, step, when);
      const confirmation = await holder.confirm();
      const visible = await (await world.open()).highestClaim();
      // A claim fences at once; a process that dies before it leaves the holder in peace.
      expect(confirmation).toBe(visible?.claim.epoch === 1 ? 'held' : 'fenced');
      const next = await hold(await world.open(), 'next');
      expect(await textsOf(next, ['\x02a'])).toEqual(['acknowledged']);
      await commitDurably(next, [put('\x02b', 'more')]);
      const last = await hold(await world.open(), 'last');
      expect(await textsOf(last, ['\x02a', '\x02b'])).toEqual(['acknowledged', 'more']);
      await world.close();
      // Nothing of the dead is left but claims.
      expect(world.paths.filter((path) => path.includes('making'))).toEqual([]);
      if (!died) break;
    }
    expect(step).toBeGreaterThan(15);
  },
);

test.each(['ENOSPC', 'EIO', 'EACCES'])(
  'claim: a %s at any step is a stable-area error, and the next claim goes on',
  async (code) => {
    const codes = new Set<string>();
    for (let failing = 1; failing < 40; failing += 1) {
      const { world } = await heldWorld();
      let step: number | undefined;
      const area = await world.open({
        before: (_operation, path) => {
          if (step !== undefined) step += 1;
          if (step === failing) throw Object.assign(new Error(`${code}: ${path}`), { code });
        },
      });
      step = 0;
      const outcome = await area.claim(claimant('b')).catch((error: unknown) => error);
      if (outcome instanceof Error) codes.add('code' in outcome ? String(outcome.code) : 'none');
      const next = await hold(await world.open(), 'next');
      expect(await textsOf(next, ['\x02a'])).toEqual(['acknowledged']);
      await world.close();
    }
    const expected = {
      ENOSPC: 'STABLE_AREA_NO_SPACE',
      EIO: 'STABLE_AREA_IO',
      EACCES: 'STABLE_AREA_UNUSABLE',
    };
    expect([...codes]).toEqual([expected[code as keyof typeof expected]]);
  },
);

test.prop([fc.scheduler(), fc.integer({ min: 2, max: 4 })], { numRuns: 60 })(
  'claim: whatever the order of their steps, claimers lose nothing that was acknowledged',
  async (scheduler, processes) => {
    const { world, holder } = await heldWorld();
    const acknowledged = new Set<string>(['\x02a']);
    const run = async (name: string): Promise<void> => {
      const area = await world.open({ before: () => scheduler.schedule(Promise.resolve(), name) });
      for (let round = 0; round < 2; round += 1) {
        const outcome = await area.claim(claimant(name));
        if (outcome.kind === 'lost') continue;
        const key = `\x02${name}${round}`;
        const durable = await commitDurably(outcome.holder, [put(key, 'acknowledged')]).catch(
          () => undefined,
        );
        if (durable !== undefined && (await outcome.holder.confirm()) === 'held') {
          acknowledged.add(key);
        }
      }
    };
    const all = Promise.all(Array.from({ length: processes }, (_, index) => run(`p${index}`)));
    await scheduler.waitFor(all);
    expect(await holder.confirm()).toBe('fenced');
    const last = await hold(await world.open(), 'last');
    const keys = [...acknowledged];
    expect(await textsOf(last, keys)).toEqual(keys.map(() => 'acknowledged'));
    await scheduler.waitFor(world.close());
  },
);
