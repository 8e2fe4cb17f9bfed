import { createHash } from 'node:crypto';
import { credentialWithoutStamp } from '../rpc/auth.ts';
import type { OpaqueAuth } from '../rpc/opaque-auth.ts';

/** Bytes of a call's digest: half of SHA-256, which nobody finds a second preimage or a collision for in practice. */
export const digestBytes = 16;

/** The parts of a call that say what it asks for. */
export interface DigestedCall {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly credential: OpaqueAuth;
  /** The encoded arguments after reassembly, in order; how they are cut into buffers makes no difference. */
  readonly argumentBuffers: readonly Uint8Array[];
}

const fixedBytes = 20;

/**
 * What tells a duplicate from another call that wears the same id: it covers program, version, procedure, credential
 * and arguments, and nothing that a client may change when it sends the same call again (xid, verifier, fragments,
 * the stamp of an AUTH_SYS credential).
 *
 * Costs about 6 µs for a small call, and 45 µs for 8 KiB or 4.7 ms for 1 MiB on a processor without SHA instructions
 * (225 MB/s; about eight times faster with them). The function is part of what is stored: both processes of a pair
 * must compute the same, so it cannot follow the machine.
 */
export function callDigest(call: DigestedCall): Buffer {
  const { flavor } = call.credential;
  const body = credentialWithoutStamp(call.credential);
  const fixed = Buffer.allocUnsafe(fixedBytes);
  fixed.writeUInt32BE(call.program, 0);
  fixed.writeUInt32BE(call.version, 4);
  fixed.writeUInt32BE(call.procedure, 8);
  fixed.writeUInt32BE(flavor, 12);
  // The length keeps a byte of the credential from being taken for one of the arguments.
  fixed.writeUInt32BE(body.length, 16);
  const hash = createHash('sha256').update(fixed).update(body);
  for (const buffer of call.argumentBuffers) hash.update(buffer);
  return hash.digest().subarray(0, digestBytes);
}
