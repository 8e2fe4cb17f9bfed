import { expect, test } from 'vitest';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import type { CallHeader } from '../header.ts';
import { ClusterSecret } from '../secret.ts';
import type { Caller, ServiceContext } from './service.ts';
import { NamesV1, namesServices } from './testing/names-service.ts';
import { nameStatus, testClient, TestVolume, type TestServer } from './testing/test-volume.ts';

const { make, take } = NamesV1.procedures;

/** The identity of a stock client behind the gateway whose UI is the test client's. */
function behind(xid: number, port = 900): Partial<CallHeader> {
  const gatewayUi = testClient;
  return { origin: { gatewayUi, address: '192.0.2.7', port, transport: 'tcp', xid } };
}

async function hello(volume: TestVolume, to: TestServer): Promise<void> {
  await volume.ask(to, volume.connection(), {
    program: PaProgramV1.program,
    procedure: PaProgramV1.procedures.paHello,
    args: { client: testClient, previousIncarnation: 0n },
    header: {},
  });
}

test('a restarted gateway recognises through the server what was already done', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const old = volume.connection();
  const header = { incarnation: 1, sequence: 1, ...behind(7) };
  const first = await volume.ask(a, old, { procedure: make, args: 'x', header });
  // The gateway dies with its incarnation and its sequence numbers; its client sends again.
  const b = await volume.claim();
  await hello(volume, b);
  const renewed = { incarnation: 2, sequence: 1, ...behind(7) };
  const again = await volume.ask(b, volume.connection(), {
    procedure: make,
    args: 'x',
    header: renewed,
  });
  expect(nameStatus(first)).toBe('ok');
  expect(again?.results).toEqual(first?.results);
});

/** Copies of one call by either identity: the gateway's own id, and the id of its next life. */
const own = { incarnation: 1, sequence: 1, ...behind(7) };
const relayedAgain = { incarnation: 2, sequence: 1, ...behind(7) };

test.each([
  { name: 'its own id', copies: [own, own], order: [0, 1] },
  { name: 'a new id', copies: [own, relayedAgain], order: [0, 1] },
  { name: 'both', copies: [own, relayedAgain, own], order: [0, 1, 2] },
  { name: 'its own id, read late', copies: [own, own], order: [1, 0] },
  { name: 'a new id, read late', copies: [own, relayedAgain], order: [1, 0] },
  { name: 'both, one read late', copies: [own, relayedAgain, own], order: [0, 2, 1] },
])(
  'a relayed call that runs and comes again by $name is answered once, where it was opened last',
  async ({ copies, order }) => {
    // Before the peer was loaded as well as after.
    for (const betweenMs of [0, 10]) {
      const volume = new TestVolume();
      const a = await volume.claim();
      await hello(volume, a);
      await hello(volume, a);
      const connections = copies.map(() => volume.connection());
      volume.disk.holdSyncs();
      for (const at of order) {
        volume.send(a, connections[at]!, { procedure: make, args: 'x', header: copies[at]! });
        await volume.time.advance(betweenMs);
      }
      volume.disk.releaseSyncs();
      await volume.time.advance(10);
      const statuses = connections.map(({ replies }) => [...replies.values()].map(nameStatus));
      expect(statuses).toEqual(copies.map((_, at) => (at === copies.length - 1 ? ['ok'] : [])));
      expect(connections.flatMap(({ inFlight }) => inFlight)).toEqual([]);
      expect(a.server.counters.duplicatesInProgress).toBe(copies.length - 1);
    }
  },
);

test('the same client port behind the gateway is told by xid and arguments', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await hello(volume, a);
  const connection = volume.connection();
  await volume.ask(a, connection, {
    procedure: make,
    args: 'x',
    header: { sequence: 1, ...behind(7) },
  });
  const other = { sequence: 2, ...behind(7) };
  const reply = await volume.ask(a, connection, { procedure: take, args: 'x', header: other });
  expect(nameStatus(reply)).toBe('ok');
});

test('a gateway without the cluster secret is not believed', async () => {
  const volume = new TestVolume();
  const a = await volume.claim({ secret: new ClusterSecret(Buffer.alloc(32, 1)) });
  await hello(volume, a);
  const header = { sequence: 1, ...behind(7) };
  const reply = await volume.ask(a, volume.connection(), { procedure: make, args: 'x', header });
  expect(reply?.acceptStat).toBe('denied');
});

test.each([undefined, new ClusterSecret(Buffer.alloc(32, 1))])(
  'a procedure is told who relayed, and whether that one knows the secret (%#)',
  async (secret) => {
    const callers: Caller[] = [];
    const [service] = namesServices.services;
    const rows = new Map(service!.dispatch.rows);
    const handle = (_args: unknown, { caller }: ServiceContext) => callers.push(caller) && 'ok';
    rows.set(make.number, { procedure: make, handle });
    const dispatch = { ...service!.dispatch, rows };
    const volume = new TestVolume();
    const a = await volume.claim({ secret, services: { services: [{ ...service!, dispatch }] } });
    await hello(volume, a);
    const signed = secret === undefined ? {} : { secret };
    for (const header of [{ sequence: 1 }, { sequence: 2, ...behind(7) }]) {
      await volume.ask(a, volume.connection(5_000), {
        procedure: make,
        args: 'x',
        header,
        ...signed,
      });
    }
    const credential = { flavor: 'AUTH_NONE' };
    const knowsSecret = secret !== undefined;
    expect(callers).toEqual([
      { credential, address: '127.0.0.1', port: 5_000, transport: 'tcp' },
      {
        credential,
        address: '192.0.2.7',
        port: 900,
        transport: 'tcp',
        relayedBy: { address: '127.0.0.1', port: 5_000, knowsSecret },
      },
    ]);
  },
);
