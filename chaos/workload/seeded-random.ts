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
  const state = new Uint32Array(4);
  let hash = 0x811c9dc5 ^ seed;
  for (const text of ['a', 'b', 'c']) {
    for (const character of `${seed}/${label}/${text}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    state[text === 'a' ? 0 : text === 'b' ? 1 : 2] = hash;
  }
  state[3] = 1;
  for (let warm = 0; warm < 16; warm += 1) next(state);

  const fraction = (): number => next(state) / 2 ** 32;
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

function next(state: Uint32Array): number {
  const [a = 0, b = 0, c = 0, counter = 0] = state;
  const result = (a + b + counter) >>> 0;
  state[3] = counter + 1;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + result;
  return result;
}
