import { expect, test } from 'vitest';
import { createDispatcher } from '../server/dispatcher.ts';
import {
  HashTableClient,
  hashTableDispatch,
  hashTableInMemory,
} from '../testing/hash-table-program.ts';
import { serverOnMemory } from '../testing/rpc-pair.ts';
import { RpcClient } from './rpc-client.ts';

const service = () =>
  createDispatcher([hashTableDispatch(hashTableInMemory())], {
    context: () => undefined,
    onError: (error) => {
      throw error;
    },
  });

test('rpc client: a generated stub calls a generated table', async () => {
  const { openChannel } = await serverOnMemory(service());
  const client = new HashTableClient(new RpcClient(await openChannel()));
  expect(await client.put({ key: 'a', value: 1 })).toBe(0);
  expect(await client.put({ key: 'b', value: -2 })).toBe(0);
  expect(await client.getvalue('b')).toBe(-2);
  expect(await client.getvalue('c')).toBe(-1);
  expect(await client.getkeys()).toEqual(['a', 'b']);
});
