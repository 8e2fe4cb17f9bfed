import { expect, test } from 'vitest';
import { memoryNetwork } from '../../../environment/testing/memory-network.ts';
import type { CallHeader, StockOrigin } from '../../header.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import { RelayV1, relayServices } from '../testing/relay-service.ts';
import { TestVolume, type TestServer } from '../testing/test-volume.ts';
import type { VolumeServices } from '../service.ts';

/** Claims, and takes over what is begun. Calls to other aliases wait: nobody knows one. */
async function claimed(volume: TestVolume, services = relayServices): Promise<TestServer> {
  const { timers } = volume.time;
  const environment = { ...volume.environment, network: memoryNetwork(timers) };
  const directory = new MemoryDirectory(timers);
  const server = await volume.claim({ services, outside: { environment, directory } });
  await Promise.all([server.server.restore(), volume.time.advance(10)]);
  return server;
}

const pass = { program: RelayV1.program, procedure: RelayV1.procedures.pass };

const origin: StockOrigin = {
  gatewayUi: Buffer.alloc(16, 9),
  address: '10.0.0.7',
  port: 700,
  transport: 'tcp',
  xid: 5,
};

const headers: readonly [
  string,
  Partial<CallHeader> | undefined,
  Partial<CallHeader> | undefined,
][] = [
  ['of a stock client', undefined, undefined],
  ['of a gateway', { sequence: 1, origin }, { sequence: 1, origin }],
  ['of a gateway that was restarted', { sequence: 1, origin }, { incarnation: 2, origin }],
];

test.each(headers)(
  'a copy %s that comes after a takeover is attached to the call that waits, and executed by nobody',
  async (_, header, copyHeader) => {
    const volume = new TestVolume();
    const first = await claimed(volume);
    for (const _life of [1, 2]) {
      await first.server.sessions.hello(Buffer.alloc(16, 0xc1), 0);
    }
    const call = { ...pass, args: 't nobody', xid: 77 };
    volume.send(first, volume.connection(900), { ...call, ...(header && { header }) });
    await volume.time.advance(100);
    const second = await claimed(volume);
    const connection = volume.connection(900);
    const copy = { ...call, ...(copyHeader && { header: copyHeader }) };
    expect(await volume.ask(second, connection, copy)).toBeUndefined();
    expect(second.server.counters.duplicatesInProgress).toBe(1);
    // No PAM knows the alias, so the call ends.
    await volume.time.advance(60_000);
    expect(connection.replies.get(77)?.results?.toString()).toContain('not-executed');
    expect(connection.inFlight).toEqual([]);
    const lines = { ...pass, procedure: RelayV1.procedures.lines, args: undefined };
    const written = await volume.ask(second, volume.connection(), lines);
    expect(written?.results?.toString()).toContain('t comes\nt not-executed');
  },
);

test('a program without the continuation does not take over what waits for it', async () => {
  const volume = new TestVolume();
  const first = await claimed(volume);
  volume.send(first, volume.connection(), { ...pass, args: 't nobody' });
  await volume.time.advance(100);
  const services: VolumeServices = {
    services: relayServices.services.map(({ dispatch, reading }) => ({ dispatch, reading })),
  };
  await expect(claimed(volume, services)).rejects.toMatchObject({ code: 'STABLE_AREA_FORMAT' });
});
