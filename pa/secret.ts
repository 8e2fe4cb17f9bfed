import { createHmac, timingSafeEqual } from 'node:crypto';

export const secretBytes = 32;
export const macBytes = 32;

/**
 * What a MAC is for. It goes into the key derivation, so that what was made for one purpose proves nothing for another:
 * a registration can never be replayed as an administrative change.
 */
export type MacPurpose = 'registration' | 'header' | 'pair' | 'admin';

/** The secret that all processes of one cluster share. Holds a key for each purpose; never shows any of them. */
export class ClusterSecret {
  readonly #keys: Readonly<Record<MacPurpose, Buffer>>;

  /** `bytes`: exactly `secretBytes`, copied. */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== secretBytes) {
      throw new RangeError(`a cluster secret has ${secretBytes} bytes, not ${bytes.length}`);
    }
    const keyFor = (purpose: MacPurpose): Buffer =>
      createHmac('sha256', bytes).update(`fuga cluster secret: ${purpose}`).digest();
    this.#keys = {
      registration: keyFor('registration'),
      header: keyFor('header'),
      pair: keyFor('pair'),
      admin: keyFor('admin'),
    };
  }

  /** HMAC-SHA-256 (RFC 2104) over the parts in order. Boundaries between parts are not covered: fix or prefix lengths. */
  mac(purpose: MacPurpose, parts: readonly Uint8Array[]): Buffer {
    const hmac = createHmac('sha256', this.#keys[purpose]);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }

  /** True if `mac` is what `mac(purpose, parts)` gives. Takes the same time wherever they differ. */
  verify(purpose: MacPurpose, parts: readonly Uint8Array[], mac: Uint8Array): boolean {
    return mac.length === macBytes && timingSafeEqual(this.mac(purpose, parts), mac);
  }
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
