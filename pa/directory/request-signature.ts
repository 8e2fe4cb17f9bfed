import type { ClusterSecret } from '../secret.ts';

/** Name of the HTTP header that proves knowledge of the cluster secret. */
export const signatureHeader = 'fuga-mac';
export const nonceBytes = 16;

/** What a signature covers of an HTTP request. */
export interface SignedRequest {
  readonly method: string;
  /** With the query, as sent. */
  readonly path: string;
  readonly body: Uint8Array;
}

/** What a signature may allow: a registration's proves nothing for an administrative change. */
export type SignedPurpose = 'registration' | 'admin';

export interface Signature {
  readonly sentMs: number;
  /** In hexadecimal digits; never used twice. */
  readonly nonce: string;
  readonly mac: Buffer;
}

/** The header's value. `sentMs`: system time in ms since 1970; `nonce`: `nonceBytes` fresh random bytes. */
export function signRequest(
  secret: ClusterSecret,
  purpose: SignedPurpose,
  request: SignedRequest,
  sentMs: number,
  nonce: Buffer,
): string {
  const unsigned = { sentMs: Math.floor(sentMs), nonce: nonce.toString('hex') };
  const mac = secret.mac(purpose, covered(request, unsigned));
  return `sent=${unsigned.sentMs}; nonce=${unsigned.nonce}; mac=${mac.toString('hex')}`;
}

export function parseSignature(header: string): Signature | undefined {
  const match = /^sent=(\d{1,15}); nonce=([0-9a-f]{32}); mac=([0-9a-f]{64})$/.exec(header);
  const [, sent, nonce, mac] = match ?? [];
  if (sent === undefined || nonce === undefined || mac === undefined) return undefined;
  return { sentMs: Number(sent), nonce, mac: Buffer.from(mac, 'hex') };
}

/** True if the signature was made for this request by somebody who knows the secret. Says nothing of its age. */
export function verifySignature(
  secret: ClusterSecret,
  purpose: SignedPurpose,
  request: SignedRequest,
  signature: Signature,
): boolean {
  return secret.verify(purpose, covered(request, signature), signature.mac);
}

// A method, a path and a number hold no line break, so that each part ends where it should.
function covered(request: SignedRequest, signature: Omit<Signature, 'mac'>): Uint8Array[] {
  const { method, path, body } = request;
  const { sentMs, nonce } = signature;
  return [Buffer.from(`${method}\n${path}\n${sentMs}\n${nonce}\n`), body];
}
