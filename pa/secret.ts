import { hash, timingSafeEqual } from 'node:crypto';

export const secretBytes = 32;
export const macBytes = 32;

/**
 * What a MAC is for. It goes into the key derivation, so that what was made for one purpose proves nothing for another:
 * a registration can never be replayed as an administrative change.
 */
export type MacPurpose = 'registration' | 'header' | 'pair' | 'admin';

/** FIPS 180-4 §1: what SHA-256 works on at a time. */
const blockBytes = 64;

/** RFC 2104 §2: what comes before the text, and before its hash. */
interface HmacKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** The secret that all processes of one cluster share. Holds a key for each purpose; never shows any of them. */
export class ClusterSecret {
  readonly #keys: Readonly<Record<MacPurpose, HmacKey>>;

  /** `bytes`: exactly `secretBytes`, copied. */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== secretBytes) {
      throw new RangeError(`a cluster secret has ${secretBytes} bytes, not ${bytes.length}`);
    }
    const secret = hmacKey(bytes);
    const keyFor = (purpose: MacPurpose): HmacKey =>
      hmacKey(hmac(secret, [Buffer.from(`fuga cluster secret: ${purpose}`)]));
    this.#keys = {
      registration: keyFor('registration'),
      header: keyFor('header'),
      pair: keyFor('pair'),
      admin: keyFor('admin'),
    };
  }

  /** HMAC-SHA-256 (RFC 2104) over the parts in order. Boundaries between parts are not covered: fix or prefix lengths. */
  mac(purpose: MacPurpose, parts: readonly Uint8Array[]): Buffer {
    return hmac(this.#keys[purpose], parts);
  }

  /** True if `mac` is what `mac(purpose, parts)` gives. Takes the same time wherever they differ. */
  verify(purpose: MacPurpose, parts: readonly Uint8Array[], mac: Uint8Array): boolean {
    return mac.length === macBytes && timingSafeEqual(this.mac(purpose, parts), mac);
  }
}

function hmacKey(key: Uint8Array): HmacKey {
  const pad = (byte: number): Buffer => {
    const block = Buffer.alloc(blockBytes, byte);
    for (const [at, value] of key.entries()) block[at] = byte ^ value;
    return block;
  };
  return { inner: pad(0x36), outer: pad(0x5c) };
}

/**
 * RFC 2104 by two hashes in one call each. An Hmac object of node:crypto is a stream, which costs a relayed call more than
 * all the hashing: it takes three times as long to make, and the garbage collector as long again.
 */
function hmac({ inner, outer }: HmacKey, parts: readonly Uint8Array[]): Buffer {
  return sha256([outer, sha256([inner, ...parts])]);
}

function sha256(parts: readonly Uint8Array[]): Buffer {
  // By way of a string: Node makes a Buffer of its own for a hash much more slowly.
  return Buffer.from(hash('sha256', Buffer.concat(parts), 'binary'), 'binary');
}

export type ParsedSecret =
  | { readonly ok: true; readonly secret: ClusterSecret }
  | { readonly ok: false; readonly reason: string };

/** The content of a secret's file: 64 hexadecimal digits, white space around them allowed. */
export function parseSecret(text: string): ParsedSecret {
  const digits = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    return { ok: false, reason: `expected ${secretBytes * 2} hexadecimal digits` };
  }
  return { ok: true, secret: new ClusterSecret(Buffer.from(digits, 'hex')) };
}

/** The content of a new secret's file. */
export function formatSecret(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString('hex')}\n`;
}
