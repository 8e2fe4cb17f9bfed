import { beforeAll, expect, test, type TestContext } from 'vitest';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import type { Environment } from '../../../environment/environment.ts';
import { nodeHttpClient } from '../../../pa/adapters/node-http-adapter.ts';
import { createPaClient } from '../../../pa/client/pa-client.ts';
import { HttpPortDirectory, parsePamUrl } from '../../../pa/directory/http-directory.ts';
import { paFlavor } from '../../../pa/header.ts';
import {
  MountProgramV1,
  MountProgramV2,
  MountProgramV3,
} from '../../../protocol/generated/mount.ts';
import { NfsProgramV2, NfsProgramV2Client } from '../../../protocol/generated/nfs2.ts';
import { NfsProgramV3, NfsProgramV3Client } from '../../../protocol/generated/nfs3.ts';
import { PaProgramV1 } from '../../../protocol/generated/pa.ts';
import {
  PmapProgramV2,
  PmapProgramV3,
  PmapProgramV4,
} from '../../../protocol/generated/portmap.ts';
import { authSys } from '../../../rpc/auth.ts';
import { encodeCall } from '../../../rpc/call-message.ts';
import { connectRpc, connectRpcUdp } from '../../../rpc/client/rpc-client.ts';
import { datagramOf } from '../../../rpc/datagram-message.ts';
import { startPortmapper } from '../../../rpc/portmapper/portmapper.ts';
import type { ProgramVersion, RpcCaller } from '../../../xdr/program.ts';
import { ServerPair } from '../../cluster/server-pair.ts';
import { Capture } from './capture.ts';
import { callNfs2, callNfs3 } from './nfs-calls.ts';
import { callMount, callPortmapper } from './other-calls.ts';
import { recordingNetwork } from './recording-network.ts';
import { dissect, type Frame, isTsharkInstalled } from './run-tshark.ts';

/*
 * Wireshark's dissectors on everything that clients and servers say to each other: every procedure, each going well and
 * failing, over TCP, UDP and through PA.
 */

const host = '127.0.0.1';
const environment = nodeEnvironment();
const credential = authSys({ machineName: 'tshark', uid: 0, gid: 0, gids: [1, 2] });
const programs: readonly ProgramVersion[] = [
  ...[NfsProgramV2, NfsProgramV3, MountProgramV1, MountProgramV2, MountProgramV3],
  ...[PmapProgramV2, PmapProgramV3, PmapProgramV4],
];

interface Recorded {
  readonly frames: readonly Frame[];
  readonly reason?: string;
}

let recorded: Recorded = { frames: [] };

beforeAll(async () => {
  if (!isTsharkInstalled()) {
    recorded = { frames: [], reason: 'tshark is not installed' };
    return;
  }
  const { capture, ports } = await record();
  recorded = { frames: dissect(capture.file(), ports) };
});

/** The frames; without tshark the test is skipped. */
function framesFor(context: TestContext): readonly Frame[] {
  if (recorded.reason !== undefined) context.skip(`Wireshark is left out: ${recorded.reason}`);
  return recorded.frames;
}

const nameOf = (frame: Frame): string =>
  /^V\d \w+ (Call|Reply)/.exec(frame['_ws.col.Info'])?.[0] ?? '';

/** What Wireshark calls the procedures of one version. */
function namesOf({ version, procedures }: ProgramVersion): string[] {
  const names = Object.values(procedures).map(({ name }) => name.split('_').at(-1) ?? name);
  return names.flatMap((name) => [`V${version} ${name} Call`, `V${version} ${name} Reply`]);
}

test('every procedure is decoded by name, call and reply', (context) => {
  const seen = new Set(framesFor(context).map(nameOf));
  expect(programs.flatMap(namesOf).filter((name) => !seen.has(name))).toEqual([]);
});

/** What Wireshark could not make sense of, wholly or in part. */
function isOdd(frame: Frame): boolean {
  const expert = frame['_ws.expert.message'];
  const isRecord = frame['rpc.xid'] !== '' || frame['tcp.reassembled_in'] !== '';
  const isUndissected = frame['frame.protocols'].endsWith(':data') && !isOfPa(frame);
  return (
    frame['_ws.malformed'] !== '' ||
    (expert !== '' && !expert.startsWith('Connection ')) ||
    (frame['tcp.len'] !== '0' && !isRecord) ||
    isUndissected
  );
}

/** PA's own program, of which Wireshark knows no more than that it is Sun RPC. */
function isOfPa(frame: Frame): boolean {
  return frame['rpc.program'] === `${PaProgramV1.program}`;
}

test('nothing is malformed, and nothing is left over', (context) => {
  expect(framesFor(context).filter(isOdd)).toEqual([]);
});

test('a message that is cut short, or longer than it should be, is found', (context) => {
  framesFor(context);
  const handle = Buffer.from('00000004deadbeef', 'hex');
  const send = (argumentBytes: Buffer): Capture => {
    const what = { program: NfsProgramV3.program, version: 3, procedure: 1 };
    const call = encodeCall({ ...what, credential, argumentBuffers: [argumentBytes] });
    const capture = new Capture();
    capture.datagram({ host, port: 900 }, { host, port: 2049 }, Buffer.concat(datagramOf(1, call)));
    return capture;
  };
  const [good, short, long] = [handle, handle.subarray(0, 6), Buffer.concat([handle, handle])].map(
    (argumentBytes) => dissect(send(argumentBytes).file(), [2049]).map(isOdd),
  );
  expect([good, short, long]).toEqual([[false], [true], [true]]);
});

test('a verifier with a PA header is a verifier like any other', (context) => {
  const frames = framesFor(context);
  const withPa = frames.filter((frame) =>
    frame['rpc.auth.flavor'].split(',').includes(`${paFlavor}`),
  );
  const names = new Set(withPa.map(nameOf));
  const expected = [NfsProgramV2, NfsProgramV3].flatMap(namesOf);
  expect(expected.filter((name) => !names.has(name))).toEqual([]);
  // What PA's own program says is Sun RPC as well.
  expect(frames.some(isOfPa)).toBe(true);
});

async function record(): Promise<{ capture: Capture; ports: readonly number[] }> {
  const capture = new Capture();
  const network = recordingNetwork(environment.network, capture);
  const pair = new ServerPair();
  const portmapper = await startPortmapper({
    ...environment,
    hosts: [host],
    port: 0,
    onError: (error) => {
      throw error;
    },
  });
  try {
    await pair.open();
    const port = await pair.startPrimary('a');
    for (const connect of [connectRpc, connectRpcUdp] as const) {
      const options = { ...environment, network, credential };
      const client = await connect({ host, port }, options);
      await callEverything(client, connect === connectRpc ? 'tcp' : 'udp');
      client.close();
      const other = await connect({ host, port: portmapper.address.port }, options);
      await callPortmapper(other);
      other.close();
    }
    await callThroughPa(pair, { ...environment, network });
    return { capture, ports: [port, portmapper.address.port] };
  } finally {
    await pair.close();
    await portmapper.close();
  }
}

async function callEverything(caller: RpcCaller, transport: 'tcp' | 'udp' | 'pa'): Promise<void> {
  const root = await callMount(caller, '/home');
  const stale = Buffer.alloc(root.length);
  const [nfs2, nfs3] = [new NfsProgramV2Client(caller), new NfsProgramV3Client(caller)];
  const transferBytes = transport === 'udp' ? 32 * 1024 : 1024 * 1024;
  await callNfs2(nfs2, root, `${transport}2`);
  await callNfs2(nfs2, stale, `${transport}2`);
  await callNfs3(nfs3, { data: root }, `${transport}3`, transferBytes);
  await callNfs3(nfs3, { data: stale }, `${transport}3`, 1_024);
}

async function callThroughPa(pair: ServerPair, world: Environment): Promise<void> {
  const url = parsePamUrl(pair.pamUrl);
  if (url === undefined) throw new Error(`PAM at ${pair.pamUrl}`);
  const directory = new HttpPortDirectory({ environment, http: nodeHttpClient(), urls: [url] });
  const client = createPaClient({ environment: world, directory, credential });
  try {
    await callEverything(client.alias('home'), 'pa');
  } finally {
    await client.close();
    directory.close();
  }
}
