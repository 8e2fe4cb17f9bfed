import { NfsProgramV3 } from '../../protocol/generated/nfs3.ts';
import { authSys } from '../../rpc/auth.ts';
import { encodeCall } from '../../rpc/call-message.ts';
import { recordMark } from '../../rpc/record-marking.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import type { Procedure } from '../../xdr/program.ts';

/** One call, encoded with its record mark. Whoever sends it puts another xid in and copies `head`; `data` follows it as it is. */
export interface CallTemplate {
  /** As in the .x file. */
  readonly name: string;
  readonly head: Buffer;
  /** Bulk data at the end of the call, padding included. */
  readonly data: Buffer | undefined;
  /** A reply with fewer bytes is none: a READ that came back short. */
  readonly replyBytesMin: number;
}

export const xidOffset = 4;
const credential = authSys({ machineName: 'bench', uid: 0, gid: 0, gids: [] });
/** What is as large as this is not copied for each call. */
const dataBytesMin = 65_536;
const replyBytesLeast = 24;

export function callTemplate<Arguments>(
  procedure: Procedure<Arguments, unknown>,
  args: Arguments,
  replyBytesMin = replyBytesLeast,
): CallTemplate {
  const { program, version } = NfsProgramV3;
  const argumentBuffers = encodeToBuffers(procedure.arguments, args);
  const call = { program, version, procedure: procedure.number, credential, argumentBuffers };
  const buffers = [Buffer.alloc(xidOffset + 4), ...encodeCall(call)];
  const last = buffers.at(-1);
  const data = last !== undefined && last.length >= dataBytesMin ? buffers.pop() : undefined;
  const head = Buffer.concat(buffers);
  head.writeUInt32BE(recordMark(head.length - xidOffset + (data?.length ?? 0)), 0);
  return { name: procedure.name, head, data, replyBytesMin };
}

export const nullCall = callTemplate(NfsProgramV3.procedures.nfsproc3Null, undefined);

/** Where a value that occurs once in the call's head lies, to be patched. */
export function placeOf(template: CallTemplate, value: Buffer): number {
  const at = template.head.indexOf(value);
  if (at < 0) throw new Error(`${template.name}: the value to be patched is not there`);
  return at;
}

const digits = 8;

/** A name of fixed length, so that another one can be put into an encoded call. */
export function numberedName(prefix: string, number: number): string {
  return prefix + String(number).padStart(digits, '0');
}

/** Puts the number into the encoded name that begins with its digits at `at`. */
export function patchNumber(head: Buffer, at: number, number: number): void {
  let rest = number;
  for (let digit = digits - 1; digit >= 0; digit -= 1) {
    head[at + digit] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
