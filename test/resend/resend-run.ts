import { encodeCall } from '../../rpc/call-message.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import { credential, Files } from '../cluster/files.ts';
import type { MatrixRow } from './matrix-row.ts';
import { ServerPair } from '../cluster/server-pair.ts';
import { openTcpClient, openUdpClient, type StockClient } from './stock-client.ts';

export const transports = ['tcp', 'udp'] as const;
export type Transport = (typeof transports)[number];

/** How the same call comes again, in this order. */
export const ways = [
  'on the same connection',
  'on a new connection from the same port',
  'after kill -9 and a restart',
  'after a takeover by the backup',
] as const;
export type Way = (typeof ways)[number];

/** One call, its first reply, and the reply to each copy of it. Bytes as hex, from after the xid on. */
export interface Cell {
  readonly row: MatrixRow;
  readonly transport: Transport;
  readonly first: string;
  readonly again: Map<Way, string>;
}

export interface ResendRun {
  readonly cells: readonly Cell[];
  /** What the directories held before any call came again, and after each way. */
  readonly before: readonly string[];
  readonly after: ReadonlyMap<Way, readonly string[]>;
}

interface SentCall {
  readonly cell: Cell;
  readonly client: StockClient;
  readonly xid: number;
  readonly message: readonly Buffer[];
  readonly dir: Buffer;
}

const firstXid = 0x1000;

/** Makes every call once, changes what it did, and sends it again in each way. `words`: more options of the servers. */
export async function runMatrix(
  rows: readonly MatrixRow[],
  words: readonly string[] = [],
): Promise<ResendRun> {
  const pair = new ServerPair({ words });
  const clients: StockClient[] = [];
  let files: Files | undefined;
  try {
    await pair.open();
    let port = await pair.startPrimary('a');
    files = await Files.connect(port);
    const sent: SentCall[] = [];
    for (const transport of transports) {
      const client = await (transport === 'tcp' ? openTcpClient(port) : openUdpClient(port));
      clients.push(client);
      for (const [index, row] of rows.entries()) {
        const dir = await files.makeDirectory(files.root, `${transport}-${index}`);
        sent.push(await sendFirst({ row, transport, client, files, dir, xid: firstXid + index }));
      }
    }
    const look = async (): Promise<string[]> => snapshots(port, sent);
    const before = await look();
    const after = new Map<Way, readonly string[]>();
    for (const way of ways) {
      if (way === 'after kill -9 and a restart') {
        await pair.kill('a');
        port = await pair.startPrimary('a');
      } else if (way === 'after a takeover by the backup') {
        await pair.startBackup('b');
        await pair.kill('a');
        port = await pair.tookOver('b');
      }
      if (way !== 'on the same connection') {
        for (const client of clients) await client.reconnect(port);
      }
      for (const { cell, client, xid, message } of sent) {
        cell.again.set(way, (await client.call(xid, message)).toString('hex'));
      }
      after.set(way, await look());
    }
    return { cells: sent.map(({ cell }) => cell), before, after };
  } finally {
    for (const client of clients) client.close();
    files?.close();
    await pair.close();
  }
}

interface FirstCall {
  readonly row: MatrixRow;
  readonly transport: Transport;
  readonly client: StockClient;
  readonly files: Files;
  readonly dir: Buffer;
  readonly xid: number;
}

async function sendFirst(call: FirstCall): Promise<SentCall> {
  const { row, transport, client, files, dir, xid } = call;
  const args = await row.prepare({ files, dir });
  const message = encodeCall({
    program: row.version.program,
    version: row.version.version,
    procedure: row.procedure.number,
    credential,
    argumentBuffers: encodeToBuffers(row.procedure.arguments, args),
  });
  const first = await client.call(xid, message);
  await row.change({ files, dir });
  const cell: Cell = { row, transport, first: first.toString('hex'), again: new Map() };
  return { cell, client, xid, message, dir };
}

async function snapshots(port: number, sent: readonly SentCall[]): Promise<string[]> {
  const files = await Files.connect(port);
  try {
    const lists = await Promise.all(
      sent.map(async ({ cell, dir }) => {
        const lines = await files.snapshot(dir);
        return lines.map((line) => `${cell.transport} ${cell.row.name}/${line}`);
      }),
    );
    return lists.flat();
  } finally {
    files.close();
  }
}
