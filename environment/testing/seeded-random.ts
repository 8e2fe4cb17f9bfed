import type { Random } from '../random.ts';

/** The same numbers for the same seed, for ever (xorshift128, Marsaglia 2003). Not for secrets. */
export function seededRandom(seed: number): Random {
  const state = new Uint32Array([seed, 0x9e3779b9, 0x243f6a88, 0xb7e15162]);
  const next = (): number => {
    const [x = 0, , , w = 0] = state;
    const t = x ^ (x << 11);
    state.copyWithin(0, 1);
    state[3] = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return state[3];
  };
  // Neighbouring seeds differ in few bits; a few steps spread them.
  for (let step = 0; step < 16; step += 1) next();
  return {
    bytes: (length) => Buffer.from(Array.from({ length }, () => next() >>> 24)),
    fraction: () => next() / 2 ** 32,
  };
}
