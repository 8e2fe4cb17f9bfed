import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

// Answers each call at once with a reply that says OK and nothing else: what loopback and the load generator allow. It knows nothing
// but records (RFC 5531 §11) of one fragment whose first word is the xid.

const markBytes = 4;
const replyBytes = 28;
const lastFragment = 0x8000_0000;

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const replies: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= markBytes) {
      const recordBytes = bytes.readUInt32BE(at) - lastFragment;
      if (bytes.length - at - markBytes < recordBytes) break;
      const reply = Buffer.alloc(markBytes + replyBytes);
      reply.writeUInt32BE(lastFragment + replyBytes, 0);
      bytes.copy(reply, markBytes, at + markBytes, at + markBytes + 4);
      reply.writeUInt32BE(1, markBytes + 4);
      replies.push(reply);
      at += markBytes + recordBytes;
    }
    rest = bytes.subarray(at);
    if (replies.length > 0) socket.write(Buffer.concat(replies));
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
