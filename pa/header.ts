import type { XdrFailure } from '../xdr/failure.ts';
import { XdrReader } from '../xdr/reader.ts';
import { XdrWriter } from '../xdr/writer.ts';
import { type ClusterSecret, macBytes } from './secret.ts';

/** Flavour of a verifier that carries a PA header: `FUGA` in ASCII, far from the numbers that IANA gives (RFC 5531 §12.2). */
export const paFlavor = 0x4655_4741;
export const uiBytes = 16;
/** RFC 5531 §8.2: the limit of every verifier. */
export const headerBytesMax = 400;

const formatVersion = 1;
/** `::ffff:255.255.255.255%` and an interface's name fit. */
const addressBytesMax = 64;
const transports = ['tcp', 'udp'] as const;

/**
 * A stock client behind a gateway, as the gateway saw it: the second identity under which a relayed call is looked for.
 * It is qualified by the client UI of the header, which a gateway keeps for ever.
 */
export interface RelayedIdentity {
  readonly address: string;
  readonly port: number;
  readonly transport: (typeof transports)[number];
  readonly xid: number;
}

/** Rides in the verifier of an FT-IPC call. Numbers are 64 bits wide on the wire and below 2^53 in fact. */
export interface CallHeader {
  /** UI of the destination alias, 16 bytes: the area id of its stable area. */
  readonly aliasUi: Buffer;
  /** UI of the caller, 16 bytes. */
  readonly clientUi: Buffer;
  /** As hello gave it. */
  readonly incarnation: number;
  /** Ascends by one for each call of this incarnation, from 1. */
  readonly sequence: number;
  /** Completion notice: replies to all calls below this one have arrived, or are not wanted any more. At most `sequence`. */
  readonly lowestUnfinished: number;
  /** Epoch of the hint that the call follows; 0 where the client knows none. */
  readonly hintEpoch: number;
  /** Only believed with a valid MAC, or from loopback where there is no secret. */
  readonly relayed: RelayedIdentity | undefined;
}

export type DecodedCallHeader =
  | {
      readonly ok: true;
      readonly header: CallHeader;
      /** Bytes that a MAC covers, and the MAC itself (empty where the client has no secret): for `verifyCallHeader`. */
      readonly covered: Buffer;
      readonly mac: Buffer;
    }
  | { readonly ok: false; readonly failure: HeaderFailure };

export type HeaderFailure =
  | { readonly kind: 'not-xdr'; readonly failure: XdrFailure }
  | { readonly kind: 'unknown-version'; readonly version: number }
  /** A number at or above 2^53, a sequence number of 0, or a completion notice beyond its own call. */
  | { readonly kind: 'bad-number'; readonly field: string };

/** The rest of what PA answers to a call. All but `ok` come with SYSTEM_ERR: the call was not executed, or not now. */
export type ReplyHeader =
  | { readonly kind: 'ok'; readonly epoch: number }
  /** AU: the alias is not served here: ask PAM. */
  | { readonly kind: 'address-unknown' }
  /** TA: a takeover is going on here, or there is no room: come back with the same id. */
  | { readonly kind: 'try-again'; readonly delayMs: number }
  /** This incarnation has no record here: refused, never executed. */
  | { readonly kind: 'expired'; readonly epoch: number }
  /** The same id was used with another digest. */
  | { readonly kind: 'collision'; readonly epoch: number };

export type DecodedReplyHeader =
  | { readonly ok: true; readonly header: ReplyHeader }
  | { readonly ok: false; readonly failure: HeaderFailure };

const replyKinds = ['ok', 'address-unknown', 'try-again', 'expired', 'collision'] as const;

/** The body of the verifier. With a secret the header is signed. */
export function encodeCallHeader(header: CallHeader, secret?: ClusterSecret): Buffer {
  const writer = new XdrWriter(headerBytesMax);
  writer.unsignedInt(formatVersion);
  writer.opaqueFixed(header.aliasUi, uiBytes);
  writer.opaqueFixed(header.clientUi, uiBytes);
  writeNumber(writer, header.incarnation);
  writeNumber(writer, header.sequence);
  writeNumber(writer, header.lowestUnfinished);
  writeNumber(writer, header.hintEpoch);
  writer.bool(header.relayed !== undefined);
  if (header.relayed !== undefined) {
    writer.stringUtf8(header.relayed.address, addressBytesMax);
    writer.unsignedInt(header.relayed.port);
    writer.unsignedInt(transports.indexOf(header.relayed.transport));
    writer.unsignedInt(header.relayed.xid);
  }
  const covered = Buffer.concat(writer.finish());
  writer.opaqueVariable(secret?.mac('header', [covered]) ?? Buffer.alloc(0), macBytes);
  return Buffer.concat(writer.finish());
}

/** Decodes the body of a verifier of flavour `paFlavor`. The UIs are copies; `covered` and `mac` are views. */
export function decodeCallHeader(body: Buffer): DecodedCallHeader {
  const reader = new XdrReader(body);
  const version = reader.unsignedInt();
  if (reader.failure === undefined && version !== formatVersion) {
    return { ok: false, failure: { kind: 'unknown-version', version } };
  }
  const aliasUi = Buffer.from(reader.opaqueFixed(uiBytes));
  const clientUi = Buffer.from(reader.opaqueFixed(uiBytes));
  const incarnation = readNumber(reader);
  const sequence = readNumber(reader);
  const lowestUnfinished = readNumber(reader);
  const hintEpoch = readNumber(reader);
  const relayed = reader.bool() ? readRelayed(reader) : undefined;
  const covered = body.subarray(0, reader.position);
  const mac = reader.opaqueVariable(macBytes);
  reader.finish();
  if (reader.failure !== undefined) {
    return { ok: false, failure: { kind: 'not-xdr', failure: reader.failure } };
  }
  const header = {
    aliasUi,
    clientUi,
    incarnation,
    sequence,
    lowestUnfinished,
    hintEpoch,
    relayed,
  };
  const field = badNumber(header);
  if (field !== undefined) return { ok: false, failure: { kind: 'bad-number', field } };
  return { ok: true, header, covered, mac };
}

/** True if the header was made by somebody who knows the cluster's secret. */
export function verifyCallHeader(
  decoded: Extract<DecodedCallHeader, { ok: true }>,
  secret: ClusterSecret,
): boolean {
  return secret.verify('header', [decoded.covered], decoded.mac);
}

/** The body of a reply's verifier of flavour `paFlavor`. */
export function encodeReplyHeader(header: ReplyHeader): Buffer {
  const buffer = Buffer.allocUnsafe(16);
  buffer.writeUInt32BE(formatVersion, 0);
  buffer.writeUInt32BE(replyKinds.indexOf(header.kind), 4);
  buffer.writeBigUInt64BE(BigInt(replyNumber(header)), 8);
  return buffer;
}

export function decodeReplyHeader(body: Buffer): DecodedReplyHeader {
  const reader = new XdrReader(body);
  const version = reader.unsignedInt();
  const kindNumber = reader.unsignedInt();
  const number = readNumber(reader);
  reader.finish();
  if (version !== formatVersion && reader.failure?.kind !== 'underflow') {
    return { ok: false, failure: { kind: 'unknown-version', version } };
  }
  const kind = replyKinds[kindNumber];
  if (kind === undefined) reader.fail('bad-enum', `no reply kind ${kindNumber}`, 4);
  if (reader.failure !== undefined || kind === undefined) {
    const failure = reader.failure ?? { kind: 'bad-enum', position: 4, detail: 'reply kind' };
    return { ok: false, failure: { kind: 'not-xdr', failure } };
  }
  if (!Number.isSafeInteger(number)) {
    return { ok: false, failure: { kind: 'bad-number', field: 'epoch' } };
  }
  return { ok: true, header: replyHeader(kind, number) };
}

function replyNumber(header: ReplyHeader): number {
  switch (header.kind) {
    case 'ok':
    case 'expired':
    case 'collision':
      return header.epoch;
    case 'try-again':
      return header.delayMs;
    case 'address-unknown':
      return 0;
  }
}

function replyHeader(kind: ReplyHeader['kind'], number: number): ReplyHeader {
  switch (kind) {
    case 'ok':
    case 'expired':
    case 'collision':
      return { kind, epoch: number };
    case 'try-again':
      return { kind, delayMs: number };
    case 'address-unknown':
      return { kind };
  }
}

function readRelayed(reader: XdrReader): RelayedIdentity {
  const address = reader.stringUtf8(addressBytesMax);
  const port = reader.unsignedInt();
  const transportNumber = reader.unsignedInt();
  const xid = reader.unsignedInt();
  const transport = transports[transportNumber];
  if (transport === undefined) reader.fail('bad-enum', `no transport ${transportNumber}`);
  return { address, port, transport: transport ?? 'tcp', xid };
}

function badNumber(header: CallHeader): string | undefined {
  for (const field of ['incarnation', 'sequence', 'lowestUnfinished', 'hintEpoch'] as const) {
    if (!Number.isSafeInteger(header[field])) return field;
  }
  if (header.sequence === 0) return 'sequence';
  return header.lowestUnfinished > header.sequence ? 'lowestUnfinished' : undefined;
}

function writeNumber(writer: XdrWriter, value: number): void {
  writer.unsignedHyper(BigInt(value));
}

/** Not a safe integer where the wire's number is too large: see `badNumber`. */
function readNumber(reader: XdrReader): number {
  return Number(reader.unsignedHyper());
}
