import { strict as assert } from 'node:assert';
import type { HolderLoss } from '../stable-area.ts';
import {
  claimant,
  commitDurably,
  hold,
  openAndHold,
  put,
  rejectsWith,
  textsOf,
} from './support.ts';
import type { ComplianceCase } from './world.ts';

const epochsTried = 12;

/** What an area promises about claims, epochs and fencing. */
export const claimCases: readonly ComplianceCase[] = [
  {
    name: 'an area that nobody claimed has no claim; the first claim makes epoch 1',
    async run(world) {
      const area = await world.openArea();
      assert.equal(await area.highestClaim(), undefined);
      const { claim } = await hold(area, 'a');
      assert.equal(claim.epoch, 1);
      assert.equal(claim.node, 'a');
      assert.equal(claim.areaId.length, 16);
      assert.equal(claim.writeVerifier.length, 8);
      const other = await world.openArea();
      assert.deepEqual(await other.highestClaim(), { claim, visible: true });
    },
  },
  {
    name: 'the next claim fences the holder: it hears of it once and answers nothing any more',
    async run(world) {
      const old = await openAndHold(world, 'a');
      await commitDurably(old, [put('\x02a', '1')]);
      assert.equal(await old.confirm(), 'held');
      const losses: HolderLoss[] = [];
      old.onLoss = (loss) => losses.push(loss);
      const next = await openAndHold(world, 'b');
      assert.equal(await old.confirm(), 'fenced');
      assert.equal(await old.confirm(), 'fenced');
      assert.deepEqual(losses, [{ kind: 'fenced' }]);
      assert.deepEqual(old.loss, { kind: 'fenced' });
      const { durableBatch } = old;
      assert(old.commit([put('\x02a', 'too late')]) > durableBatch);
      await rejectsWith('STABLE_AREA_LOST', old.getMany(['\x02a']));
      assert.equal(old.durableBatch, durableBatch);
      assert.deepEqual(await textsOf(next, ['\x02a']), ['1']);
      assert.equal(await next.confirm(), 'held');
    },
  },
  {
    name: 'a new holder has every durable record; identity stays, verifier changes, numbers go on',
    async run(world) {
      const first = await openAndHold(world, 'a');
      const { claim } = first;
      let batch = 0;
      let verifiers = new Set([Buffer.from(claim.writeVerifier).toString('hex')]);
      let holder = first;
      for (let epoch = 1; epoch <= epochsTried; epoch += 1) {
        assert.equal(holder.claim.epoch, epoch);
        const newest = await commitDurably(holder, [put(`\x02${epoch}`, `${epoch}`)]);
        assert(newest > batch, 'batch numbers go on across epochs');
        batch = newest;
        holder = await openAndHold(world, epoch % 2 === 0 ? 'a' : 'b');
        assert(holder.durableBatch >= batch);
        assert.equal(holder.lastBatch, 0);
        assert.deepEqual(Buffer.from(holder.claim.areaId), Buffer.from(claim.areaId));
        verifiers = verifiers.add(Buffer.from(holder.claim.writeVerifier).toString('hex'));
      }
      assert.equal(verifiers.size, epochsTried + 1);
      const keys = Array.from({ length: epochsTried }, (_, index) => `\x02${index + 1}`);
      assert.deepEqual(
        await textsOf(holder, keys),
        keys.map((key) => key.slice(1)),
      );
    },
  },
  {
    name: 'what a fenced holder writes is not seen by the next',
    async run(world) {
      const old = await openAndHold(world, 'a');
      await commitDurably(old, [put('\x02a', 'before')]);
      const next = await openAndHold(world, 'b');
      // It does not know yet, and its own directory takes the write.
      const batch = old.commit([put('\x02a', 'after')]);
      await commitDurably(next, [put('\x02b', 'new')]);
      assert.equal(await old.confirm(), 'fenced');
      assert(batch > 0);
      assert.deepEqual(await textsOf(next, ['\x02a', '\x02b']), ['before', 'new']);
    },
  },
  {
    name: 'expected: a claim gives up when the highest one is not that',
    async run(world) {
      const area = await world.openArea();
      const other = await world.openArea();
      assert.deepEqual(await area.claim(claimant('a'), { expected: 3 }), {
        kind: 'lost',
        highest: 0,
      });
      assert.equal(await area.highestClaim(), undefined);
      const first = await area.claim(claimant('a'), { expected: 0 });
      assert(first.kind === 'held');
      assert.deepEqual(await other.claim(claimant('b'), { expected: 0 }), {
        kind: 'lost',
        highest: 1,
      });
      assert.equal(await first.holder.confirm(), 'held');
      assert.equal((await other.claim(claimant('b'), { expected: 1 })).kind, 'held');
    },
  },
  {
    name: 'claims at the same time: every epoch has one claimant, and one holder remains',
    async run(world) {
      const before = await openAndHold(world, 'z');
      await commitDurably(before, [put('\x02a', '1')]);
      const areas = await Promise.all(['a', 'b', 'c', 'd'].map(() => world.openArea()));
      const outcomes = await Promise.all(
        areas.map((area, index) => area.claim(claimant(`n${index}`))),
      );
      const holders = outcomes.flatMap((outcome) =>
        outcome.kind === 'held' ? [outcome.holder] : [],
      );
      assert(holders.length > 0);
      const epochs = holders.map(({ claim }) => claim.epoch);
      assert.equal(new Set(epochs).size, epochs.length);
      const confirmed = await Promise.all(holders.map((holder) => holder.confirm()));
      assert.equal(confirmed.filter((found) => found === 'held').length, 1);
      const remaining = holders[confirmed.indexOf('held')];
      assert(remaining?.claim.epoch === Math.max(...epochs));
      assert.deepEqual(await textsOf(remaining, ['\x02a']), ['1']);
      assert.equal(await before.confirm(), 'fenced');
    },
  },
  {
    name: 'a process may claim again: it gets a new holder, the old one is lost',
    async run(world) {
      const area = await world.openArea();
      const first = await hold(area);
      await commitDurably(first, [put('\x02a', '1')]);
      const second = await hold(area);
      assert.equal(second.claim.epoch, 2);
      assert.equal(await first.confirm(), 'fenced');
      assert.deepEqual(await textsOf(second, ['\x02a']), ['1']);
    },
  },
  {
    name: 'progress tells the parts of a claim in order, and when the claim stands',
    async run(world) {
      const parts: string[] = [];
      const area = await world.openArea();
      await area.claim(claimant('a'), {
        claimed: ({ epoch, node }) => parts.push(`${node} has epoch ${epoch}`),
        progress: (part, elapsedMs) => {
          assert(elapsedMs >= 0);
          parts.push(part);
        },
      });
      assert.deepEqual(parts, ['probe', 'claim', 'a has epoch 1', 'copy', 'open']);
    },
  },
  {
    name: 'probe: tells how long a sync takes, and leaves no trace',
    async run(world) {
      const area = await world.openArea();
      assert((await area.probe()) >= 0);
      assert.equal(await area.highestClaim(), undefined);
    },
  },
];
