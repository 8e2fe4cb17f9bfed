import { randomBytes } from 'node:crypto';
import type { Random } from '../random.ts';

/** The system's cryptographically strong source. */
export const nodeRandom: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
