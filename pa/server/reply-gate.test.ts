import { expect, test } from 'vitest';
import { HolderWatch } from '../../stable-area/records/holder-watch.ts';
import type { Confirmation, Holder, HolderLoss } from '../../stable-area/stable-area.ts';
import { ReplyGate } from './reply-gate.ts';

/** A holder whose syncs and checks end when the test says so. */
class ManualHolder {
  durableBatch = 0;
  loss: HolderLoss | undefined;
  onDurable: ((batch: number) => void) | undefined;
  onLoss: ((loss: HolderLoss) => void) | undefined;
  readonly checks: ((confirmation: Confirmation) => void)[] = [];

  confirm(): Promise<Confirmation> {
    return new Promise((resolve) => this.checks.push(resolve));
  }

  sync(batch: number): void {
    this.durableBatch = batch;
    this.onDurable?.(batch);
  }

  async answer(confirmation: Confirmation): Promise<void> {
    this.checks.shift()?.(confirmation);
    await settle();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function setUp() {
  const holder = new ManualHolder();
  const gate = new ReplyGate(new HolderWatch(holder as unknown as Holder));
  const sent: string[] = [];
  const release = (batch: number, name: string): void => {
    gate.release(batch, () => {
      sent.push(name);
    });
  };
  return { holder, gate, sent, release };
}

test('a reply waits for its batch, and then for a check that started afterwards', async () => {
  const { holder, sent, release } = setUp();
  release(1, 'write');
  await settle();
  expect(holder.checks).toHaveLength(0);
  holder.sync(1);
  await settle();
  expect(holder.checks).toHaveLength(1);
  expect(sent).toEqual([]);
  await holder.answer('held');
  expect(sent).toEqual(['write']);
});

test('replies that are ready together share one check', async () => {
  const { holder, gate, sent, release } = setUp();
  release(0, 'a');
  release(0, 'b');
  await settle();
  await holder.answer('held');
  expect(sent).toEqual(['a', 'b']);
  expect(gate.statistics().checks).toBe(1);
});

test('a reply that became ready while a check ran is covered by the next one only', async () => {
  const { holder, sent, release } = setUp();
  release(0, 'early');
  await settle();
  release(0, 'late');
  await holder.answer('held');
  expect(sent).toEqual(['early']);
  await holder.answer('held');
  expect(sent).toEqual(['early', 'late']);
});

test('after a failed check nothing leaves any more', async () => {
  const { holder, sent, release } = setUp();
  release(0, 'a');
  await settle();
  await holder.answer('fenced');
  release(0, 'b');
  holder.sync(9);
  await settle();
  await holder.answer('held');
  expect(sent).toEqual([]);
});

test('the loss of the holder drops what waits', async () => {
  const { holder, sent, release } = setUp();
  release(1, 'a');
  holder.loss = { kind: 'fenced' };
  holder.onLoss?.(holder.loss);
  holder.sync(1);
  await settle();
  await holder.answer('held');
  expect(sent).toEqual([]);
});
