/** Numbers that depend on the seed alone. */
export interface SeededRandom {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** Uniform integer from `from` to `to`, both included. */
  integer(from: number, to: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Independent numbers for a part of the run, so that one part does not disturb the numbers of another. */
  fork(label: string): SeededRandom;
}

/** sfc32 (Doty-Humphrey's PractRand), seeded by a hash of the seed and the labels. */
export function seededRandom(seed: number, label = ''): SeededRandom {
  // Four numbers in variables: a simulation draws some hundred for each takeover.
  let hash = 0x811c9dc5 ^ seed;
  const hashOf = (text: string): number => {
    for (const character of `${seed}/${label}/${text}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    return hash;
  };
  let [a, b, c, counter] = [hashOf('a'), hashOf('b'), hashOf('c'), 1];
  const next = (): number => {
    const result = (a + b + counter) >>> 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result;
  };
  for (let warm = 0; warm < 16; warm += 1) next();

  const fraction = (): number => next() / 2 ** 32;
  const integer = (from: number, to: number): number =>
    from + Math.floor(fraction() * (to - from + 1));
  return {
    fraction,
    integer,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[integer(0, list.length - 1)] as T;
    },
    fork: (part) => seededRandom(seed, `${label}/${part}`),
  };
}
