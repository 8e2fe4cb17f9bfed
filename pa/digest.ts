import { strict as assert } from 'node:assert';
import { createCipheriv, createHash } from 'node:crypto';
import { Slab } from '../environment/slab.ts';
import { credentialWithoutStamp, stampBytesOf } from '../rpc/auth.ts';
import type { OpaqueAuth } from '../rpc/opaque-auth.ts';
import { murmurHash3, murmurWords } from './murmur-hash.ts';

/** Bytes of a call's digest: all of MurmurHash3 or GMAC. */
export const digestBytes = 16;

/** The parts of a call that say what it asks for. */
export interface DigestedCall {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly credential: OpaqueAuth;
  /** The encoded arguments after reassembly. */
  readonly argumentBytes: Uint8Array;
}

const fixedBytes = 20;
const keyBytes = 16;
/** Up to here MurmurHash3 is the cheaper one. Part of what is stored: see below. */
const mixedBytesMax = 8_192;

/** Where what is mixed is put together. Used up before anybody else can want it. */
const words = new Int32Array(mixedBytesMax / 4);
const scratch = Buffer.from(words.buffer);
const mixed = new Int32Array(murmurWords);
const mixedDigest = Buffer.from(mixed.buffer);
const digestsPerSlab = 64;
/** A digest is kept for as long as its reply. */
const slab = new Slab(digestBytes, digestsPerSlab);
const seed = new Int32Array(murmurWords);
const seedBytes = Buffer.from(seed.buffer);
/** The tag never leaves the server, and encrypts nothing: there is no nonce to be used twice. */
const nonce = Buffer.alloc(12);

/**
 * What tells a duplicate from another call that wears the same id: it covers program, version, procedure, credential
 * and arguments, and nothing that a client may change when it sends the same call again (xid, verifier, fragments,
 * the stamp of an AUTH_SYS credential).
 *
 * Small calls, a WRITE of 4 KiB included, are mixed by MurmurHash3 (0.2 µs to 6 µs), those with much data by GMAC (NIST SP 800-38D), a universal hash with
 * the processor's own instructions: 0.14 ms for 1 MiB. SHA-256 takes 3 µs and 2.7 ms. The area's id is the key of both, so
 * that every process of the pair computes the same. Two different calls of one client under one id have the same digest by
 * chance once in 2^128 / their blocks. Whoever can make two that do gets the reply to his own other call: the
 * digest protects nobody but the client itself, whose id it is compared under.
 */
export function callDigest(call: DigestedCall, areaId: Uint8Array): Buffer {
  const { flavor, body } = call.credential;
  const stampBytes = stampBytesOf(call.credential);
  const argumentsAt = fixedBytes + body.length - stampBytes;
  const lengthBytes = argumentsAt + call.argumentBytes.length;
  if (lengthBytes > mixedBytesMax) return gmac(digestedPieces(call), areaId);
  words[0] = call.program;
  words[1] = call.version;
  words[2] = call.procedure;
  words[3] = flavor;
  // The length keeps a byte of the credential from being taken for one of the arguments.
  words[4] = body.length - stampBytes;
  body.copy(scratch, fixedBytes, stampBytes);
  scratch.set(call.argumentBytes, argumentsAt);
  for (let at = lengthBytes; (at & 15) !== 0; at += 1) scratch[at] = 0;
  murmurHash3(words, lengthBytes, seedOf(areaId), mixed);
  const digest = slab.take();
  mixedDigest.copy(digest);
  return digest;
}

/**
 * What earlier releases stored: SHA-256 for everything. Asked only when another call is remembered under the same id: it
 * may be this one, answered before an upgrade.
 */
export function earlierDigest(call: DigestedCall): Buffer {
  const hashed = createHash('sha256');
  for (const piece of digestedPieces(call)) hashed.update(piece);
  return hashed.digest().subarray(0, digestBytes);
}

export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  for (let index = 0; index < digestBytes; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

/** The last area's id as words: nearly every process has one area. */
function seedOf(areaId: Uint8Array): Int32Array {
  assert(areaId.length === keyBytes);
  if (!seedBytes.equals(areaId)) seedBytes.set(areaId);
  return seed;
}

function gmac(pieces: readonly Uint8Array[], areaId: Uint8Array): Buffer {
  assert(areaId.length === keyBytes);
  const cipher = createCipheriv('aes-128-gcm', areaId, nonce);
  for (const piece of pieces) cipher.setAAD(piece);
  cipher.final();
  return cipher.getAuthTag();
}

function digestedPieces(call: DigestedCall): readonly Uint8Array[] {
  const { flavor } = call.credential;
  const body = credentialWithoutStamp(call.credential);
  const fixed = Buffer.allocUnsafe(fixedBytes);
  fixed.writeUInt32BE(call.program, 0);
  fixed.writeUInt32BE(call.version, 4);
  fixed.writeUInt32BE(call.procedure, 8);
  fixed.writeUInt32BE(flavor, 12);
  fixed.writeUInt32BE(body.length, 16);
  return [fixed, body, call.argumentBytes];
}
