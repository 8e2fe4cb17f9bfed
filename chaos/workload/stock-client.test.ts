import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { NfsProgramV2Client } from '../../protocol/generated/nfs2.ts';
import { authNone } from '../../rpc/opaque-auth.ts';
import { RecordReader } from '../../rpc/record-marking.ts';
import { StockClient } from './stock-client.ts';

const host = '127.0.0.1';
const servers: Server[] = [];
let client: StockClient | undefined;
afterEach(() => {
  client?.close();
  for (const server of servers.splice(0)) server.close();
});

/** A server that gives each record to `onCall`, with the connection that it came by. */
async function serve(onCall: (record: Buffer, socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    const reader = new RecordReader();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      reader.push(bytes);
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        onCall(record, socket);
      }
    });
  });
  servers.push(server.listen(0, host));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('stock client: sends what was not answered again, with the same bytes from the same port, to whoever serves', async () => {
  const calls: { readonly port: number | undefined; readonly record: string }[] = [];
  const note = (record: Buffer, socket: Socket): void => {
    calls.push({ port: socket.remotePort, record: record.toString('hex') });
  };
  const dying = await serve((record, socket) => {
    note(record, socket);
    socket.resetAndDestroy();
  });
  const living = await serve((record, socket) => {
    note(record, socket);
    // RFC 5531 §9: xid, REPLY, MSG_ACCEPTED, verifier AUTH_NONE without a body, SUCCESS.
    const reply = Buffer.alloc(4 + 24);
    reply.writeUInt32BE(0x8000_0000 + 24);
    record.copy(reply, 4, 0, 4);
    reply.writeUInt32BE(1, 8);
    socket.write(reply);
  });
  const services = [dying, living].map((port) => ({ host, port }));
  client = new StockClient({ services, credential: authNone, xid: 7 });
  await new NfsProgramV2Client(client).nfsprocNull();
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(calls[0]);
});
