import { type CallRequest, encodeCall } from '../call-message.ts';
import { markRecord } from '../record-marking.ts';
import { decodeReply, type RpcReply } from '../reply-message.ts';

/** A whole marked record of one call. */
export function callRecord(xid: number, request: Partial<CallRequest> = {}): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(xid);
  const call = { program: 1, version: 1, procedure: 1, argumentBuffers: [], ...request };
  return Buffer.concat(markRecord([head, ...encodeCall(call)]));
}

/** The replies in these records; what is none throws. */
export function repliesIn(records: readonly Buffer[]): RpcReply[] {
  return records.map((record) => {
    const reply = decodeReply(record);
    if (reply === undefined) throw new Error(`no reply: ${record.toString('hex')}`);
    return reply;
  });
}

/** In their order, the xids. */
export function xidsIn(records: readonly Buffer[]): number[] {
  return records.map((record) => record.readUInt32BE());
}
