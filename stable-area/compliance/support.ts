import { strict as assert } from 'node:assert';
import type { Change, Claimant, Holder, Key, StableArea } from '../stable-area.ts';
import type { ComplianceWorld } from './world.ts';

export function claimant(node: string): Claimant {
  return {
    node,
    process: `${node}-1`,
    pairAddress: '127.0.0.1:4000',
    pid: 4_711,
    startTime: '1',
    namespace: 'pid:[1]',
  };
}

/** Claims, and asserts that the claim was won. */
export async function hold(area: StableArea, node = 'a'): Promise<Holder> {
  const outcome = await area.claim(claimant(node));
  assert(outcome.kind === 'held', `the claim was lost to epoch ${JSON.stringify(outcome)}`);
  return outcome.holder;
}

export async function openAndHold(world: ComplianceWorld, node = 'a'): Promise<Holder> {
  return hold(await world.openArea(), node);
}

export function put(key: Key, value: string): Change {
  return { key, value: Buffer.from(value) };
}

export function remove(key: Key): Change {
  return { key, value: undefined };
}

/** Commits, and waits until that is durable. */
export async function commitDurably(holder: Holder, changes: readonly Change[]): Promise<number> {
  const batch = holder.commit(changes);
  await untilDurable(holder, batch);
  return batch;
}

/** Takes over `onDurable` until the batch is durable. */
export function untilDurable(holder: Holder, batch: number): Promise<void> {
  if (holder.durableBatch >= batch) return Promise.resolve();
  return new Promise((resolve, reject) => {
    holder.onDurable = (durableBatch) => {
      if (durableBatch < batch) return;
      holder.onDurable = undefined;
      resolve();
    };
    holder.onLoss = (loss) => reject(new Error(`lost before batch ${batch}: ${loss.kind}`));
  });
}

export async function textsOf(
  holder: Holder,
  keys: readonly Key[],
): Promise<(string | undefined)[]> {
  const values = await holder.getMany(keys);
  return values.map((value) => (value === undefined ? undefined : Buffer.from(value).toString()));
}

export async function rejectsWith(code: string, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert(error instanceof Error && 'code' in error);
    assert.equal(error.code, code);
    return true;
  });
}
