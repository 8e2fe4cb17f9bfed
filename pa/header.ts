import {
  PA_FLAVOR,
  PA_HEADER_VERSION,
  PA_UI_SIZE,
  type PaCallHeader,
  PaCallHeaderCodec,
  type PaOrigin,
  type PaReplyHeader,
  PaReplyHeaderCodec,
  PaStatus,
} from '../protocol/generated/pa.ts';
import { decodeAll, encodeToBuffer } from '../xdr/decode.ts';
import type { XdrFailure } from '../xdr/failure.ts';
import type { ClusterSecret } from './secret.ts';

/** Flavour of a verifier that carries a PA header. */
export const paFlavor = PA_FLAVOR;
export const uiBytes = PA_UI_SIZE;
/** RFC 5531 §8.2: the limit of every verifier. */
export const headerBytesMax = 400;

const transports = ['tcp', 'udp'] as const;
const noMac = Buffer.alloc(0);
/** The length word of a MAC. */
const wordBytes = 4;

/**
 * A stock client behind a gateway, as the gateway saw it: the second identity under which a relayed call is looked for.
 */
export interface StockOrigin {
  /** 16 bytes, which a gateway keeps for ever: the address means something at that gateway only. */
  readonly gatewayUi: Buffer;
  readonly address: string;
  readonly port: number;
  readonly transport: (typeof transports)[number];
  readonly xid: number;
}

/** Rides in the verifier of an FT-IPC call (protocol/pa.x). Numbers have 64 bits on the wire and are below 2^53 in fact. */
export interface CallHeader {
  /** UI of the destination alias, 16 bytes: the area id of its stable area. */
  readonly aliasUi: Buffer;
  /** UI of the caller, 16 bytes. */
  readonly clientUi: Buffer;
  /** As hello gave it; 0 in a hello. */
  readonly incarnation: number;
  /** Ascends by one for each call of this incarnation, from 1. 0: a message without an id, to PA's own program. */
  readonly sequence: number;
  /** Completion notice: replies to all calls below this one have arrived, or are not wanted any more. At most `sequence`, if that is not 0. */
  readonly lowestUnfinished: number;
  /** Epoch of the hint that the call follows; 0 where the client knows none. */
  readonly hintEpoch: number;
  /** Only believed with a valid MAC, or from loopback where there is no secret. */
  readonly origin: StockOrigin | undefined;
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
  /** A number at or above 2^53, an unknown transport, or a completion notice beyond its own call. */
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

/** The body of the verifier. With a secret the header is signed. */
export function encodeCallHeader(header: CallHeader, secret?: ClusterSecret): Buffer {
  const unsigned: PaCallHeader = {
    headerVersion: PA_HEADER_VERSION,
    destination: header.aliasUi,
    client: header.clientUi,
    incarnation: BigInt(header.incarnation),
    sequence: BigInt(header.sequence),
    lowestUnfinished: BigInt(header.lowestUnfinished),
    hintEpoch: BigInt(header.hintEpoch),
    origin: header.origin && wireOrigin(header.origin),
    mac: noMac,
  };
  const body = encodeToBuffer(PaCallHeaderCodec, unsigned);
  if (secret === undefined) return body;
  const mac = secret.mac('header', [body.subarray(0, body.length - wordBytes)]);
  body.writeUInt32BE(mac.length, body.length - wordBytes);
  return Buffer.concat([body, mac]);
}

/** Decodes the body of a verifier of flavour `paFlavor`. The UIs are copies; `covered` and `mac` are views. */
export function decodeCallHeader(body: Buffer): DecodedCallHeader {
  const unknown = unknownVersion(body);
  if (unknown !== undefined) return { ok: false, failure: unknown };
  const decoded = decodeAll(PaCallHeaderCodec, body);
  if (!decoded.ok) return { ok: false, failure: { kind: 'not-xdr', failure: decoded.failure } };
  const { value } = decoded;
  const origin = value.origin && originOf(value.origin);
  const header: CallHeader = {
    aliasUi: Buffer.from(value.destination),
    clientUi: Buffer.from(value.client),
    incarnation: Number(value.incarnation),
    sequence: Number(value.sequence),
    lowestUnfinished: Number(value.lowestUnfinished),
    hintEpoch: Number(value.hintEpoch),
    origin: origin === 'unknown-transport' ? undefined : origin,
  };
  const field = origin === 'unknown-transport' ? 'transport' : badNumber(header);
  if (field !== undefined) return { ok: false, failure: { kind: 'bad-number', field } };
  const { mac } = value;
  const macAt = body.length - wordBytes - mac.length - (-mac.length & 3);
  return { ok: true, header, covered: body.subarray(0, macAt), mac };
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
  return encodeToBuffer(PaReplyHeaderCodec, wireReply(header));
}

export function decodeReplyHeader(body: Buffer): DecodedReplyHeader {
  const decoded = decodeAll(PaReplyHeaderCodec, body);
  if (!decoded.ok) return { ok: false, failure: { kind: 'not-xdr', failure: decoded.failure } };
  const header = replyOf(decoded.value);
  if ('epoch' in header && !Number.isSafeInteger(header.epoch)) {
    return { ok: false, failure: { kind: 'bad-number', field: 'epoch' } };
  }
  return { ok: true, header };
}

/** The version comes first, so that it can be told whatever follows. */
function unknownVersion(body: Buffer): HeaderFailure | undefined {
  const version = body.length < wordBytes ? PA_HEADER_VERSION : body.readUInt32BE(0);
  return version === PA_HEADER_VERSION ? undefined : { kind: 'unknown-version', version };
}

// Field by field: on the way of every relayed call, a copy of "the rest" costs more than all the encoding.
function wireOrigin(origin: StockOrigin): PaOrigin {
  return {
    gateway: origin.gatewayUi,
    address: origin.address,
    port: origin.port,
    transport: transports.indexOf(origin.transport),
    xid: origin.xid,
  };
}

function originOf(origin: PaOrigin): StockOrigin | 'unknown-transport' {
  const { address, port, xid } = origin;
  const transport = transports[origin.transport];
  if (transport === undefined) return 'unknown-transport';
  return { gatewayUi: Buffer.from(origin.gateway), address, port, transport, xid };
}

function badNumber(header: CallHeader): string | undefined {
  for (const field of ['incarnation', 'sequence', 'lowestUnfinished', 'hintEpoch'] as const) {
    if (!Number.isSafeInteger(header[field])) return field;
  }
  const beyond = header.sequence !== 0 && header.lowestUnfinished > header.sequence;
  return beyond ? 'lowestUnfinished' : undefined;
}

function wireReply(header: ReplyHeader): PaReplyHeader {
  switch (header.kind) {
    case 'ok':
      return { status: PaStatus.PA_OK, epoch: BigInt(header.epoch) };
    case 'address-unknown':
      return { status: PaStatus.PA_ADDRESS_UNKNOWN };
    case 'try-again':
      return { status: PaStatus.PA_TRY_AGAIN, delayMs: header.delayMs };
    case 'expired':
      return { status: PaStatus.PA_EXPIRED, epoch: BigInt(header.epoch) };
    case 'collision':
      return { status: PaStatus.PA_COLLISION, epoch: BigInt(header.epoch) };
  }
}

function replyOf(header: PaReplyHeader): ReplyHeader {
  switch (header.status) {
    case PaStatus.PA_OK:
      return { kind: 'ok', epoch: Number(header.epoch) };
    case PaStatus.PA_ADDRESS_UNKNOWN:
      return { kind: 'address-unknown' };
    case PaStatus.PA_TRY_AGAIN:
      return { kind: 'try-again', delayMs: header.delayMs };
    case PaStatus.PA_EXPIRED:
      return { kind: 'expired', epoch: Number(header.epoch) };
    case PaStatus.PA_COLLISION:
      return { kind: 'collision', epoch: Number(header.epoch) };
  }
}
