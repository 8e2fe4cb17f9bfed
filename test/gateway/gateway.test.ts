import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { NfsProgramV2, NfsProgramV2Client, NfsStat } from '../../protocol/generated/nfs2.ts';
import { encodeCall } from '../../rpc/call-message.ts';
import { connectRpc, connectRpcUdp } from '../../rpc/client/rpc-client.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import { sattr } from '../../server/testing/service-volume.ts';
import { credential, Files } from '../cluster/files.ts';
import { ServerPair } from '../cluster/server-pair.ts';
import { openTcpClient, openUdpClient } from '../resend/stock-client.ts';
import { GatewayProcess } from './gateway-process.ts';

const callsPerRound = 300;
const outstandingMax = 32;

let pair: ServerPair;
let gateway: GatewayProcess;
let files: Files;

beforeEach(async () => {
  pair = new ServerPair();
  await pair.open();
  await pair.startPrimary('a');
  gateway = new GatewayProcess(['--pam', pair.pamUrl]);
  await gateway.start();
  files = await Files.connect(gateway.port);
});
afterEach(async () => {
  files.close();
  await gateway.close();
  await pair.close();
});

/** So many calls, some at a time; `half` happens when half of them were answered. */
async function inBulk(
  call: (name: string) => Promise<NfsStat>,
  half: () => Promise<void>,
): Promise<NfsStat[]> {
  const statuses: NfsStat[] = [];
  const disturbances: Promise<void>[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < callsPerRound) {
      next += 1;
      statuses.push(await call(`f${next}`));
      if (statuses.length === callsPerRound / 2) disturbances.push(half());
    }
  };
  await Promise.all(Array.from({ length: outstandingMax }, work));
  await Promise.all(disturbances);
  return statuses;
}

const allOk = Array.from({ length: callsPerRound }, () => NfsStat.NFS_OK);

test.each(['tcp', 'udp'] as const)(
  '%s: primaries are killed under a mount, which sees no error and keeps its connection',
  async (transport) => {
    await pair.startBackup('b');
    const dir = await files.makeDirectory(files.root, 'd');
    const to = { host: '127.0.0.1', port: gateway.port };
    const options = { ...nodeEnvironment(), credential };
    const client =
      transport === 'tcp' ? await connectRpc(to, options) : await connectRpcUdp(to, options);
    try {
      const nfs = new NfsProgramV2Client(client);
      const attributes = sattr({ mode: 0o644 });
      const made = await inBulk(
        async (name) => (await nfs.nfsprocCreate({ where: { dir, name }, attributes })).status,
        () => pair.kill('a'),
      );
      expect(made).toEqual(allOk);
      await pair.startBackup('a');
      const removed = await inBulk(
        (name) => nfs.nfsprocRemove({ dir, name }),
        () => pair.kill('b'),
      );
      expect(removed).toEqual(allOk);
      expect(await files.snapshot(dir)).toEqual([]);
    } finally {
      client.close();
    }
  },
);

test.each([
  ['tcp', openTcpClient],
  ['udp', openUdpClient],
] as const)(
  '%s: a gateway that is killed and started again knows what its clients were told',
  async (_transport, open) => {
    const client = await open(gateway.port);
    try {
      await files.makeFile(files.root, 'f', 'old');
      const { program, version, procedures } = NfsProgramV2;
      const where = { dir: files.root, name: 'f' };
      const message = encodeCall({
        program,
        version,
        procedure: procedures.nfsprocRemove.number,
        credential,
        argumentBuffers: encodeToBuffers(procedures.nfsprocRemove.arguments, where),
      });
      const first = await client.call(7, message);
      await files.makeFile(files.root, 'f', 'new');
      await gateway.end('SIGKILL');
      await gateway.start();
      await client.reconnect(gateway.port);
      expect((await client.call(7, message)).toString('hex')).toBe(first.toString('hex'));
      files.close();
      files = await Files.connect(gateway.port);
      expect((await files.snapshot(files.root)).map((line) => line.split(' ').at(-1))).toEqual([
        'new',
      ]);
    } finally {
      client.close();
    }
  },
);

test('calls that are outstanding when the gateway dies are done once', async () => {
  const client = await openUdpClient(gateway.port);
  try {
    const { program, version, procedures } = NfsProgramV2;
    const { number: procedure, arguments: codec } = procedures.nfsprocMkdir;
    const attributes = sattr({ mode: 0o755 });
    const statuses: number[] = [];
    const call = async (number: number): Promise<void> => {
      const where = { dir: files.root, name: `d${number}` };
      const argumentBuffers = encodeToBuffers(codec, { where, attributes });
      const request = { program, version, procedure, credential, argumentBuffers };
      // After the header of a reply, with an empty verifier.
      statuses.push((await client.call(number, encodeCall(request))).readUInt32BE(20));
    };
    const calls = Array.from({ length: 200 }, (_, number) => call(number));
    await calls[0];
    await gateway.end('SIGKILL');
    await gateway.start();
    await Promise.all(calls);
    expect(statuses).toEqual(Array.from({ length: 200 }, () => NfsStat.NFS_OK));
  } finally {
    client.close();
  }
});

test('a second gateway over the same state is refused; a signal ends the first one in order', async () => {
  const second = gateway.begin();
  expect(await second.line('in use by another gateway')).toContain('--state');
  expect(await second.ended).toBe(1);
  expect(await gateway.end('SIGTERM')).toBe(0);
  await gateway.start();
});
