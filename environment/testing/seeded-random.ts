import type { Random } from '../random.ts';

/** The same numbers for the same seed, for ever (xorshift128, Marsaglia 2003). Not for secrets. */
export function seededRandom(seed: number): Random {
  let [x, y, z, w] = [seed | 0, 0x9e3779b9, 0x243f6a88, 0xb7e15162];
  const next = (): number => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w;
  };
  // Neighbouring seeds differ in few bits; a few steps spread them.
  for (let step = 0; step < 16; step += 1) next();
  return {
    bytes: (length) => {
      const bytes = Buffer.allocUnsafe(length);
      for (let at = 0; at < length; at += 1) bytes[at] = next() >>> 24;
      return bytes;
    },
    fraction: () => (next() >>> 0) / 2 ** 32,
  };
}
