import { expect, test } from 'vitest';
import { manualClock } from '../../../environment/testing/manual-clock.ts';
import { rehearsalPatienceMs } from './limits.ts';
import { Orders } from './orders.ts';

/** Stands by for epoch 4, and rehearses. */
function standBy() {
  const time = manualClock();
  const orders = new Orders(time.timers);
  let endRehearsal = (): void => undefined;
  const rehearsed = new Promise<void>((resolve) => {
    endRehearsal = resolve;
  });
  let times = 0;
  const watch = {
    order: () => {
      times += 1;
    },
  };
  orders.standingBy = { epoch: 4, watch, rehearsed };
  return { time, orders, endRehearsal, ordered: () => times };
}

test('prepare: answered when the rehearsal is over, or has lasted too long', async () => {
  for (const isLong of [false, true]) {
    const { time, orders, endRehearsal } = standBy();
    const answers: boolean[] = [];
    void orders.prepare(4).then((answer) => answers.push(answer));
    await time.advance(rehearsalPatienceMs - 1);
    expect(answers).toEqual([]);
    if (isLong) await time.advance(1);
    else endRehearsal();
    await time.settle();
    expect(answers).toEqual([true]);
  }
});

test('prepare: refused for another epoch, and where standing by ends meanwhile', async () => {
  const { orders, endRehearsal } = standBy();
  expect(await orders.prepare(3)).toBe(false);
  const answer = orders.prepare(4);
  orders.standingBy = undefined;
  endRehearsal();
  expect(await answer).toBe(false);
});

test('take over: whoever asked is told when it is certain whether there will be a claim', async () => {
  const { orders, ordered } = standBy();
  expect(await orders.takeOver(5)).toBe(false);
  expect(ordered()).toBe(0);
  for (const willClaim of [true, false]) {
    const answers = Promise.all([orders.takeOver(4), orders.takeOver(4)]);
    orders.answer(willClaim);
    expect(await answers).toEqual([willClaim, willClaim]);
  }
  expect(ordered()).toBe(4);
});
