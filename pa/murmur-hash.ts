const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;
/** Words of a block, of the seed, and of what comes out. */
export const murmurWords = 4;

/**
 * MurmurHash3_x86_128 (Austin Appleby), with a seed of four words. Not for what somebody could gain by a collision: it
 * is quick because it is no more than a good mixer. 128 bits in 0.2 µs for a small call, where SHA-256 takes 3 µs.
 *
 * `words` has the bytes in the order of the machine, and zeros up to the end of the last block.
 */
export function murmurHash3(
  words: Int32Array,
  lengthBytes: number,
  seed: Int32Array,
  hashed: Int32Array,
): void {
  let h1 = seed[0] ?? 0;
  let h2 = seed[1] ?? 0;
  let h3 = seed[2] ?? 0;
  let h4 = seed[3] ?? 0;
  const bodyWords = (lengthBytes >>> 4) * murmurWords;
  let at = 0;
  for (; at < bodyWords; at += murmurWords) {
    h1 = (rotated(h1 ^ first(words[at] ?? 0), 19) + h2) | 0;
    h1 = (Math.imul(h1, 5) + 0x561ccd1b) | 0;
    h2 = (rotated(h2 ^ second(words[at + 1] ?? 0), 17) + h3) | 0;
    h2 = (Math.imul(h2, 5) + 0x0bcaa747) | 0;
    h3 = (rotated(h3 ^ third(words[at + 2] ?? 0), 15) + h4) | 0;
    h3 = (Math.imul(h3, 5) + 0x96cd1c35) | 0;
    h4 = (rotated(h4 ^ fourth(words[at + 3] ?? 0), 13) + h1) | 0;
    h4 = (Math.imul(h4, 5) + 0x32ac3b17) | 0;
  }
  if ((lengthBytes & 15) !== 0) {
    h1 ^= first(words[at] ?? 0);
    h2 ^= second(words[at + 1] ?? 0);
    h3 ^= third(words[at + 2] ?? 0);
    h4 ^= fourth(words[at + 3] ?? 0);
  }

  h2 ^= lengthBytes;
  h3 ^= lengthBytes;
  h4 ^= lengthBytes;
  h1 = ((h1 ^ lengthBytes) + h2 + h3 + h4) | 0;
  h2 = finished(h2 + h1);
  h3 = finished(h3 + h1);
  h4 = finished(h4 + h1);
  h1 = (finished(h1) + h2 + h3 + h4) | 0;
  hashed[0] = h1;
  hashed[1] = h2 + h1;
  hashed[2] = h3 + h1;
  hashed[3] = h4 + h1;
}

function first(word: number): number {
  return Math.imul(rotated(Math.imul(word, c1), 15), c2);
}

function second(word: number): number {
  return Math.imul(rotated(Math.imul(word, c2), 16), c3);
}

function third(word: number): number {
  return Math.imul(rotated(Math.imul(word, c3), 17), c4);
}

function fourth(word: number): number {
  return Math.imul(rotated(Math.imul(word, c4), 18), c1);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Each bit of the word changes each bit of what comes out with a probability of one half. */
function finished(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
