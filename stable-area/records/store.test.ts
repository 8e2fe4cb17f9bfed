import { test as property, fc } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { Holder } from '../stable-area.ts';
import { SlowHolder } from '../testing/slow-holder.ts';
import { HolderWatch } from './holder-watch.ts';
import { countedBy, type Executed, type Table, type Transaction } from './record-store.ts';
import { createRecordStore } from './store.ts';

const texts: Table<string> = {
  prefix: '\x02t',
  encode: (value) => Buffer.from(value, 'latin1'),
  decode: (bytes) => Buffer.from(bytes).toString('latin1'),
};

function setUp(cacheBytesMax = 1_000_000) {
  const holder = new SlowHolder();
  const watch = new HolderWatch(holder as unknown as Holder);
  return { holder, store: createRecordStore(watch, { cacheBytesMax }) };
}

async function run<R>(
  holder: SlowHolder,
  executing: Executed<R> | Promise<Executed<R>>,
): Promise<R> {
  await holder.settle();
  return (await executing).result;
}

test('a procedure is repeated until its records are in memory, and then answers at once', async () => {
  const { holder, store } = setUp();
  holder.stored.set('\x02ta', Buffer.from('1'));
  let executions = 0;
  const read = (transaction: Transaction) => {
    executions += 1;
    return [transaction.get(texts, 'a'), transaction.get(texts, 'b')];
  };
  expect(await run(holder, store.execute(read))).toEqual(['1', undefined]);
  expect(executions).toBe(3);
  expect(store.execute(read)).toEqual({ result: ['1', undefined], batch: 0 });
});

test('what can be looked at in the calling turn is no reason to repeat; what does not decode is left to the load', async () => {
  const { holder, store } = setUp();
  holder.isQuick = true;
  holder.stored.set('\x02ta', Buffer.from('1'));
  const read = (transaction: Transaction) => {
    transaction.prefetch([{ table: texts, key: 'a' }]);
    return [transaction.get(texts, 'a'), transaction.get(texts, 'b')];
  };
  expect(store.execute(read)).toEqual({ result: ['1', undefined], batch: 0 });
  expect(store.statistics()).toMatchObject({ cacheEntries: 2, loads: 0, repeatedExecutions: 0 });

  const decode = (): string => {
    throw new Error('a later version');
  };
  const reading = store.execute((transaction) => transaction.get({ ...texts, decode }, 'c'));
  expect(await run(holder, reading)).toBeUndefined();
  holder.stored.set('\x02td', Buffer.from('1'));
  const failing = store.execute((transaction) => transaction.get({ ...texts, decode }, 'd'));
  const refused = expect(failing).rejects.toThrow('a later version');
  await holder.settle();
  await refused;
});

test('a record that does not decode keeps nobody from those that were loaded with it', async () => {
  const { holder, store } = setUp();
  const decode = (): string => {
    throw new Error('a later version');
  };
  const later = { ...texts, prefix: '\x02l', decode };
  for (const key of ['\x02la', '\x02tb']) holder.stored.set(key, Buffer.from('1'));
  const wanted = [
    { table: later, key: 'a' },
    { table: texts, key: 'b' },
  ];
  const failing = store.execute((transaction) => transaction.prefetch(wanted));
  const refused = expect(failing).rejects.toThrow('a later version');
  await holder.settle();
  await refused;
  const reading = store.execute((transaction) => transaction.get(texts, 'b'));
  expect(await run(holder, reading)).toBe('1');
});

test('prefetch loads everything in one go', async () => {
  const { holder, store } = setUp();
  const wanted = ['a', 'b', 'c'].map((key) => ({ table: texts, key }));
  await run(
    holder,
    store.execute((transaction) => {
      transaction.prefetch(wanted);
    }),
  );
  expect(holder.getManyCalls).toBe(1);
});

test('what is expected is loaded in one go with what is missing, and not asked for where nothing is', async () => {
  const { holder, store } = setUp();
  let asked = 0;
  const read = (transaction: Transaction) => {
    transaction.expect(() => {
      asked += 1;
      return ['b', 'c'].map((key) => ({ table: texts, key }));
    });
    return ['a', 'b', 'c'].map((key) => transaction.get(texts, key));
  };
  holder.stored.set('\x02tc', Buffer.from('3'));
  expect(await run(holder, store.execute(read))).toEqual([undefined, undefined, '3']);
  expect({ asked, loads: holder.getManyCalls }).toEqual({ asked: 2, loads: 2 });
  expect(store.execute(read)).toEqual({ result: [undefined, undefined, '3'], batch: 0 });
  expect(asked).toBe(2);
});

test('an exception changes nothing', () => {
  const { holder, store } = setUp();
  expect(
    () =>
      void store.execute((transaction) => {
        transaction.put(texts, 'a', '1');
        throw new Error('poison');
      }),
  ).toThrow('poison');
  expect(holder.lastBatch).toBe(0);
});

test('a result carries the batch of whatever it saw, negative entries included', () => {
  const { store } = setUp();
  void store.execute((transaction) => {
    transaction.put(texts, 'a', '1');
  });
  void store.execute((transaction) => {
    transaction.delete(texts, 'b');
  });
  expect(store.execute((transaction) => transaction.get(texts, 'a'))).toMatchObject({ batch: 1 });
  expect(store.execute((transaction) => transaction.get(texts, 'b'))).toMatchObject({ batch: 2 });
});

test('a load never overwrites a change that was executed while it ran, not even an evicted one', async () => {
  const { holder, store } = setUp(0);
  holder.stored.set('\x02ta', Buffer.from('old'));
  const reading = store.execute((transaction) => transaction.get(texts, 'a'));
  void store.execute((transaction) => {
    transaction.put(texts, 'a', 'new');
  });
  holder.sync();
  // The cache holds nothing that it may drop; a change elsewhere makes it try.
  void store.execute((transaction) => {
    transaction.put(texts, 'b', 'x');
  });
  holder.sync();
  holder.finishLoad();
  expect(await run(holder, reading)).toBe('new');
});

test('dirty records stay in memory whatever the limit says', () => {
  const { holder, store } = setUp(0);
  for (let index = 0; index < 100; index += 1) {
    void store.execute((transaction) => {
      transaction.put(texts, `k${index}`, 'value');
    });
  }
  expect(store.statistics().cacheEntries).toBe(100);
  while (holder.sync());
  void store.execute((transaction) => {
    transaction.put(texts, 'last', 'value');
  });
  expect(store.statistics().cacheEntries).toBe(1);
});

test('a range shows everything that was executed before it was asked for', async () => {
  const { holder, store } = setUp();
  void store.execute((transaction) => {
    transaction.put(texts, 'a', '1');
  });
  const reading = store.execute((transaction) =>
    transaction.range(texts, { from: '', to: '\xff', limit: 10 }),
  );
  expect(await run(holder, reading)).toEqual([{ key: 'a', value: '1' }]);
});

test('calls that need the same part of a list share its load, and see what was executed meanwhile', async () => {
  const { holder, store } = setUp();
  const list: Table<string> = { ...texts, rangesOnly: true, listKeyBytes: 1 };
  holder.stored.set('\x02ta1', Buffer.from('one'));
  const names = (transaction: Transaction): string[] =>
    transaction.range(list, { from: 'a', to: 'b', limit: 10 }).map(({ value }) => value);
  const first = store.execute(names);
  await new Promise((resolve) => setImmediate(resolve));
  void store.execute((transaction) => {
    transaction.put(list, 'a2', 'two');
  });
  const second = store.execute(names);
  await new Promise((resolve) => setImmediate(resolve));
  holder.sync();
  holder.finishLoad();
  expect((await first).result).toEqual(['one', 'two']);
  expect((await second).result).toEqual(['one', 'two']);
  expect(holder.rangeCalls).toBe(1);
});

test('a procedure that reads a range may change nothing', async () => {
  const { holder, store } = setUp();
  const executing = Promise.resolve(
    store.execute((transaction) => {
      transaction.range(texts, { from: '', to: '\xff', limit: 10 });
      transaction.put(texts, 'a', '1');
    }),
  );
  const failing = expect(executing).rejects.toThrow('may change nothing');
  await holder.settle();
  await failing;
});

test('after the loss nothing is executed', () => {
  const { holder, store } = setUp();
  holder.loss = { kind: 'fenced' };
  expect(() => store.execute((transaction) => transaction.get(texts, 'a'))).toThrow(
    expect.objectContaining({ code: 'STABLE_AREA_LOST' }),
  );
});

const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key: fc.nat(5), value: fc.nat(99) }),
  fc.record({ kind: fc.constant('delete' as const), key: fc.nat(5) }),
  fc.record({ kind: fc.constant('append' as const), key: fc.nat(5), other: fc.nat(5) }),
  fc.record({ kind: fc.constant('load' as const), index: fc.nat(3) }),
  fc.record({ kind: fc.constant('sync' as const) }),
  fc.record({ kind: fc.constant('quick' as const), isQuick: fc.boolean() }),
);

property.prop([fc.array(step, { maxLength: 60 }), fc.nat(800)], { numRuns: 500 })(
  'executions are atomic and in order, whatever loads, syncs and evictions come between',
  async (steps, cacheBytesMax) => {
    const { holder, store } = setUp(cacheBytesMax);
    const model = new Map<string, string>();
    const pending: Promise<unknown>[] = [];
    // The model is changed inside the procedure's last execution: the order of executions is the order of the model.
    const execute = (procedure: (transaction: Transaction) => () => void): void => {
      let effect: () => void = () => undefined;
      const done = store.execute((transaction) => {
        effect = procedure(transaction);
        return undefined;
      });
      if (done instanceof Promise) pending.push(done);
      else effect();
    };
    const check = (transaction: Transaction, key: string): string => {
      const seen = transaction.get(texts, key);
      return seen ?? '';
    };
    for (const it of steps) {
      const name = (key: number): string => `k${key}`;
      if (it.kind === 'put') {
        execute((transaction) => {
          transaction.put(texts, name(it.key), String(it.value));
          return () => model.set(name(it.key), String(it.value));
        });
      } else if (it.kind === 'delete') {
        execute((transaction) => {
          transaction.delete(texts, name(it.key));
          return () => model.delete(name(it.key));
        });
      } else if (it.kind === 'append') {
        const appended = store.execute((transaction) => {
          const value = check(transaction, name(it.key)) + check(transaction, name(it.other));
          const kept = value.slice(-8);
          transaction.put(texts, name(it.key), `${kept}.`);
          // Runs in the execution that counts: what was read is what the model says at this moment.
          const expected = (model.get(name(it.key)) ?? '') + (model.get(name(it.other)) ?? '');
          expect(value).toBe(expected);
          model.set(name(it.key), `${kept}.`);
        });
        if (appended instanceof Promise) pending.push(appended);
      } else if (it.kind === 'load') {
        holder.finishLoad(it.index);
        await Promise.resolve();
        await Promise.resolve();
      } else if (it.kind === 'quick') {
        holder.isQuick = it.isQuick;
      } else {
        holder.sync();
      }
    }
    await holder.settle();
    await Promise.all(pending);
    await holder.settle();
    const stored = new Map(
      [...holder.stored].map(([key, value]) => [key.slice(2), texts.decode(value, key)]),
    );
    expect(stored).toEqual(model);
  },
);

const counts: Table<number> = {
  prefix: '\x02k',
  encode: (value) => Buffer.of(value),
  decode: (bytes) => bytes[0] ?? 0,
};
const members: Table<string> = {
  ...texts,
  prefix: '\x02m',
  counted: countedBy(counts, 1, (count) => count),
};

/** Toggles a member of a list and keeps its count; gives whether it was there. */
function toggle(transaction: Transaction, key: string): boolean {
  const list = key.slice(0, 1);
  const count = transaction.get(counts, list) ?? 0;
  const wasThere = transaction.get(members, key) !== undefined;
  if (wasThere) transaction.delete(members, key);
  else transaction.put(members, key, 'x');
  transaction.put(counts, list, count + (wasThere ? -1 : 1));
  return wasThere;
}

const toggled = fc.record({
  ...{ list: fc.nat(1), member: fc.nat(5), loads: fc.nat(2) },
  isQuick: fc.boolean(),
});

property.prop([fc.array(toggled, { maxLength: 60 }), fc.nat(4_000)], { numRuns: 300 })(
  'a member of a counted list is there when it is, however much of the list is in memory',
  async (steps, cacheBytesMax) => {
    const { holder, store } = setUp(cacheBytesMax);
    const model = new Set<string>();
    const pending: unknown[] = [];
    for (const { list, member, loads, isQuick } of steps) {
      holder.isQuick = isQuick;
      const key = `${list}${member}`;
      pending.push(
        store.execute((transaction) => {
          const wasThere = toggle(transaction, key);
          expect(wasThere).toBe(model.has(key));
          if (wasThere) model.delete(key);
          else model.add(key);
        }),
      );
      for (let load = 0; load < loads; load += 1) holder.finishLoad(load);
      holder.sync();
      await Promise.resolve();
      await Promise.resolve();
    }
    await holder.settle();
    await Promise.all(pending);
  },
);

test('what is not in memory does not exist once all of its list is, and no load is needed to know', () => {
  const { holder, store } = setUp();
  void store.execute((transaction) => {
    transaction.put(counts, '1', 1);
    transaction.put(members, '1a', 'x');
  });
  const seen = store.execute((transaction) => transaction.get(members, '1b'));
  // It depends on the batch that said how many there are.
  expect(seen).toEqual({ result: undefined, batch: 1 });
  expect(holder.getManyCalls).toBe(0);
});

test('a transient value leaves memory once it is durable, and is read in the calling turn where that can be', async () => {
  const { holder, store } = setUp();
  const large: Table<string> = { ...texts, isTransient: true };
  const wanted = [{ table: large, key: 'a' }];
  const read = (transaction: Transaction) => transaction.get(large, 'a');
  void store.execute((transaction) => {
    transaction.put(large, 'a', '1');
  });
  expect(store.execute(read)).toEqual({ result: '1', batch: 1 });
  holder.sync();
  expect(store.statistics().cacheEntries).toBe(0);

  expect(await run(holder, store.execute(read))).toBe('1');
  expect(store.statistics()).toMatchObject({ cacheEntries: 0, loads: 1 });
  holder.getNow = (keys) => keys.map((key) => holder.stored.get(key) ?? Buffer.alloc(0));
  expect(store.execute(read)).toEqual({ result: '1', batch: 0 });
  const lent = store.execute((transaction) => {
    transaction.prefetchLent(wanted);
    return transaction.get(large, 'a');
  });
  expect(lent).toEqual({ result: '1', batch: 0 });
  expect(store.statistics()).toMatchObject({ cacheEntries: 0, loads: 1 });
  expect(
    () =>
      void store.execute((transaction) => {
        transaction.prefetchLent(wanted);
        transaction.put(large, 'b', '2');
      }),
  ).toThrow('may change nothing');
});
