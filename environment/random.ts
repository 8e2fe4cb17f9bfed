/** Randomness, passed in; cryptographically strong in production, seeded in a simulation. */
export interface Random {
  /** `length` random bytes. The caller owns the buffer. */
  bytes(length: number): Buffer;
  /** Uniform in [0, 1). */
  fraction(): number;
}
