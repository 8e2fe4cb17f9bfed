import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { authSys, parseCredential } from '../../rpc/auth.ts';
import { connectRpc, type RpcCallOptions, type RpcClient } from '../../rpc/client/rpc-client.ts';
import { importCompiled } from '../../rpc/rpcgen/testing/import-compiled.ts';
import type { RpcErrorCode } from '../../rpc/rpc-error.ts';
import { AuthRefusal, createDispatcher } from '../../rpc/server/dispatcher.ts';
import { RpcServer } from '../../rpc/server/rpc-server.ts';
import type { AnyProcedure, DispatchTable, ProgramVersion, RpcCaller } from '../../xdr/program.ts';

// The lecture's hash table: a C client and a C server made by C rpcgen from the same .x file as ours, over TCP.

interface KeyValue {
  readonly key: string;
  readonly value: number;
}

interface HashTableClient {
  put(args: KeyValue): Promise<number>;
  getvalue(key: string, options?: RpcCallOptions): Promise<number>;
  getkeys(): Promise<readonly string[]>;
}

interface HashTableHandlers {
  put(args: KeyValue): number;
  getvalue(key: string, uid: number): number | Promise<number>;
  getkeys(): readonly string[];
}

/** What our rpcgen makes of hash-table.x, as far as it is used here. */
interface HashTableModule {
  readonly HashtableProgV1: ProgramVersion & {
    readonly procedures: { readonly put: AnyProcedure; readonly getkeys: AnyProcedure };
  };
  readonly HashtableProgV1Client: new (caller: RpcCaller<RpcCallOptions>) => HashTableClient;
  readonly dispatchHashtableProgV1: (handlers: HashTableHandlers) => DispatchTable<number>;
}

/** `enum clnt_stat` of C, by number, as far as it comes from replies. */
const clntStat = {
  RPC_AUTHERROR: 7,
  RPC_PROGUNAVAIL: 8,
  RPC_PROGVERSMISMATCH: 9,
  RPC_PROCUNAVAIL: 10,
  RPC_CANTDECODEARGS: 11,
  RPC_SYSTEMERROR: 12,
} as const satisfies Partial<Record<RpcErrorCode, number>>;

const authTooWeak = 5;
const source = path.join(import.meta.dirname, 'hash-table.x');
const environment = nodeEnvironment();
const longKey = 'k'.repeat(256);

function missingTool(): string | undefined {
  const has = (tool: string): boolean =>
    spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!has('gcc')) return 'no gcc';
  if (!has('rpcgen')) return 'no rpcgen (rpcsvc-proto)';
  return fs.existsSync('/usr/include/tirpc/rpc/rpc.h') ? undefined : 'no libtirpc-dev';
}

describe('RPC with C peers', () => {
  const reason = missingTool();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fuga-rpc-peers-'));
  let ours: HashTableModule;

  beforeAll(async () => {
    const compiled = await importCompiled(fs.readFileSync(source, 'utf8'), { byteStrings: true });
    ours = compiled.exports as unknown as HashTableModule;
    if (reason === undefined) buildC(folder);
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  test('a C client calls our server', async (context) => {
    if (reason !== undefined) context.skip(`C peers are left out: ${reason}`);
    const { port, table } = await startServer(ours);
    const keys = Array.from({ length: 500 }, (_, at) => `key-${at}`);
    expect(
      await runClient(folder, port, [
        'call 0',
        'put one 1',
        'put two -2',
        `put ${longKey} 2147483647`,
        'get two',
        `get ${longKey}`,
        'get none',
        'get uid',
        ...keys.map((key, at) => `put ${key} ${at}`),
        'keys',
      ]),
    ).toEqual([
      ...['ok', '0', '0', '0', '-2', '2147483647', '-1', '1000'],
      ...keys.map(() => '0'),
      `503 one two ${longKey} ${keys.join(' ')}`,
    ]);
    expect(table.get('key-499')).toBe(499);
  });

  test('a C client understands every refusal of our server', async (context) => {
    if (reason !== undefined) context.skip(`C peers are left out: ${reason}`);
    const { port } = await startServer(ours);
    expect(
      await runClient(folder, port, [
        'call 99',
        'call 12',
        'program 4711 1',
        'version 7',
        'get throw',
        'get reject',
        'get none',
        'anonymous',
        'get none',
        'call 0',
      ]),
    ).toEqual([
      `error ${clntStat.RPC_PROCUNAVAIL}`,
      `error ${clntStat.RPC_CANTDECODEARGS}`,
      `error ${clntStat.RPC_PROGUNAVAIL}`,
      `error ${clntStat.RPC_PROGVERSMISMATCH} 1 1`,
      `error ${clntStat.RPC_SYSTEMERROR}`,
      `error ${clntStat.RPC_SYSTEMERROR}`,
      '-1',
      'ok',
      `error ${clntStat.RPC_AUTHERROR} ${authTooWeak}`,
      'ok',
    ]);
  });

  test('our client calls a C server', async (context) => {
    if (reason !== undefined) context.skip(`C peers are left out: ${reason}`);
    const client = await clientOfC(folder);
    const table = new ours.HashtableProgV1Client(client);
    expect(await table.put({ key: 'one', value: 1 })).toBe(0);
    expect(await table.put({ key: longKey, value: -2_147_483_648 })).toBe(0);
    expect(await table.getvalue(longKey)).toBe(-2_147_483_648);
    expect(await table.getvalue('none')).toBe(-1);
    expect(await table.getvalue('uid')).toBe(-2);
    const credential = authSys({ machineName: 'ours', uid: 4711, gid: 1, gids: [2, 3] });
    expect(await table.getvalue('uid', { credential })).toBe(4711);

    // All at once: C answers them one after another, in many fragments each.
    const keys = Array.from({ length: 1_000 }, (_, at) => `key-${at}`);
    await Promise.all(keys.map((key, value) => table.put({ key, value })));
    expect(await table.getkeys()).toEqual(['one', longKey, ...keys]);
    expect(await Promise.all(keys.map((key) => table.getvalue(key)))).toEqual(
      keys.map((_, at) => at),
    );
  });

  test('our client understands the refusals of a C server', async (context) => {
    if (reason !== undefined) context.skip(`C peers are left out: ${reason}`);
    const client = await clientOfC(folder);
    const { HashtableProgV1: program } = ours;
    const getkeys = program.procedures.getkeys;
    const refusals: readonly [ProgramVersion, number, RpcErrorCode][] = [
      [{ ...program, program: 4711 }, getkeys.number, 'RPC_PROGUNAVAIL'],
      [{ ...program, version: 7 }, getkeys.number, 'RPC_PROGVERSMISMATCH'],
      [program, 99, 'RPC_PROCUNAVAIL'],
      [program, program.procedures.put.number, 'RPC_CANTDECODEARGS'],
    ];
    for (const [version, number, code] of refusals) {
      const call = client.call(version, { ...getkeys, number }, undefined);
      await expect(call).rejects.toMatchObject({ code });
    }
    const mismatch = client.call({ ...program, version: 7 }, getkeys, undefined);
    await expect(mismatch).rejects.toMatchObject({ lowVersion: 1, highVersion: 1 });
    expect(await client.call(program, getkeys, undefined)).toEqual([]);
  });

  test('a C server that is killed is RPC_CANTRECV for what is outstanding', async (context) => {
    if (reason !== undefined) context.skip(`C peers are left out: ${reason}`);
    const { server, port } = await startC(folder);
    const client = await connectRpc({ host: '127.0.0.1', port }, environment);
    server.kill('SIGSTOP');
    const call = client.call(
      ours.HashtableProgV1,
      ours.HashtableProgV1.procedures.getkeys,
      undefined,
    );
    const lost = expect(call).rejects.toMatchObject({ code: 'RPC_CANTRECV' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.kill('SIGKILL');
    await lost;
  });
});

/** Codecs, stub and dispatcher by C rpcgen, and the two programs around them. */
function buildC(folder: string): void {
  const rpcgen = (option: string, output: string): void => {
    execFileSync('rpcgen', [option, '-o', output, 'hash-table.x'], { cwd: folder });
  };
  fs.copyFileSync(source, path.join(folder, 'hash-table.x'));
  rpcgen('-h', 'hash-table.h');
  rpcgen('-c', 'hash-table-codecs.c');
  rpcgen('-l', 'hash-table-stub.c');
  rpcgen('-m', 'hash-table-dispatch.c');
  for (const program of ['hash-table-client', 'hash-table-server']) {
    const file = path.join(import.meta.dirname, `${program}.c`);
    const include = ['-I/usr/include/tirpc', `-I${import.meta.dirname}`, '-I.'];
    execFileSync('gcc', ['-w', '-O1', ...include, '-o', program, file, '-ltirpc'], { cwd: folder });
  }
}

/** What the C client prints for these commands. */
async function runClient(
  folder: string,
  port: number,
  commands: readonly string[],
): Promise<string[]> {
  const child = spawn('./hash-table-client', [String(port)], { cwd: folder });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.pipe(process.stderr);
  child.stdin.end(commands.map((command) => `${command}\n`).join(''));
  await once(child, 'close');
  return output.trimEnd().split('\n');
}

async function startC(folder: string): Promise<{ server: ChildProcess; port: number }> {
  const server = spawn('./hash-table-server', {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
  return { server, port: Number(line) };
}

async function clientOfC(folder: string): Promise<RpcClient> {
  const { port } = await startC(folder);
  const client = await connectRpc({ host: '127.0.0.1', port }, environment);
  onTestFinished(() => client.close());
  return client;
}

/** Ours: a handler that fails in both ways, and none for callers without a name. */
async function startServer(
  ours: HashTableModule,
): Promise<{ port: number; table: Map<string, number> }> {
  const table = new Map<string, number>();
  const dispatch = ours.dispatchHashtableProgV1({
    put({ key, value }) {
      table.set(key, value);
      return 0;
    },
    getvalue(key, uid) {
      if (key === 'throw') throw new Error('thrown on purpose');
      if (key === 'reject') return Promise.reject(new Error('rejected on purpose'));
      return key === 'uid' ? uid : (table.get(key) ?? -1);
    },
    getkeys: () => [...table.keys()],
  });
  const server = new RpcServer({
    ...environment,
    handler: createDispatcher([dispatch], {
      context(call) {
        const credential = parseCredential(call.credential);
        if (credential.flavor !== 'AUTH_SYS') return new AuthRefusal('AUTH_TOOWEAK');
        expect(credential).toMatchObject({ machineName: 'c-peer', gid: 100, gids: [4, 27] });
        return credential.uid;
      },
      onError: (error) => expect(String(error)).toContain('on purpose'),
    }),
    onHandlerError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => server.destroy());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, table };
}
