import { strict as assert } from 'node:assert';

/*
 * What the n-th commit of an epoch writes is a function of (seed, epoch, n). So whoever knows how many commits of which
 * epochs an area holds knows every record that must be in it, and every byte.
 */

/** Which commit wrote something. */
export interface Version {
  readonly epoch: number;
  readonly commit: number;
}

export interface Operation {
  readonly slot: number;
  /** Undefined: the record is deleted. */
  readonly lengthBytes: number | undefined;
}

const slotCount = 320;
const operationsMax = 6;
/** One commit of so many writes many large values: the table that they go to takes a while to write. */
const largeCommitEvery = 24;
const largeOperations = 24;
const largeSlots = 160;
const headerBytes = 16;
/** Not a divisor of any block's size, so that bytes from elsewhere do not pass for the right ones. */
const patternBytes = 252;

/** The record that says which commit was the last: written with every commit. */
export const counterKey = '\x02c';

export function keyOf(slot: number): string {
  return `\x02s${String.fromCharCode(slot >> 8, slot & 0xff)}`;
}

export function slotOf(key: string): number {
  assert(key.length === 4 && key.startsWith('\x02s'), 'a key that nobody wrote');
  return (key.charCodeAt(2) << 8) | key.charCodeAt(3);
}

export function operationsOf(seed: number, { epoch, commit }: Version): Operation[] {
  const next = generator(seed ^ Math.imul(epoch, 0x9e3779b1) ^ Math.imul(commit, 0x85ebca6b));
  if (next() % largeCommitEvery === 0) {
    return Array.from({ length: largeOperations }, () => {
      return { slot: next() % largeSlots, lengthBytes: headerBytes + (next() % 32_000) };
    });
  }
  return Array.from({ length: 1 + (next() % operationsMax) }, () => {
    const slot = next() % slotCount;
    const kind = next() % 100;
    if (kind < 15) return { slot, lengthBytes: undefined };
    if (kind < 75) return { slot, lengthBytes: headerBytes + (next() % 300) };
    if (kind < 97) return { slot, lengthBytes: headerBytes + (next() % 2_000) };
    return { slot, lengthBytes: headerBytes + (next() % 16_000) };
  });
}

export function valueOf(seed: number, version: Version, slot: number, lengthBytes: number): Buffer {
  const value = Buffer.allocUnsafe(lengthBytes);
  value.writeUInt32LE(version.epoch, 0);
  value.writeUInt32LE(version.commit, 4);
  value.writeUInt32LE(slot, 8);
  value.writeUInt32LE(lengthBytes, 12);
  const next = generator(seed ^ Math.imul(version.commit, 0x27d4eb2f) ^ slot);
  const pattern = Buffer.allocUnsafe(patternBytes);
  for (let offset = 0; offset < patternBytes; offset += 4) pattern.writeUInt32LE(next(), offset);
  return value.fill(pattern, headerBytes);
}

/** Which commit wrote this value; asserts that it is that, byte for byte. */
export function versionIn(seed: number, slot: number, value: Uint8Array): Version {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  assert(bytes.length >= headerBytes, `slot ${slot} holds ${bytes.length} bytes`);
  const version = { epoch: bytes.readUInt32LE(0), commit: bytes.readUInt32LE(4) };
  const expected = valueOf(seed, version, slot, bytes.length);
  assert(expected.equals(bytes), `slot ${slot} holds bytes that nobody wrote`);
  return version;
}

export function encodeCounter({ epoch, commit }: Version): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(epoch, 0);
  bytes.writeUInt32LE(commit, 4);
  return bytes;
}

export function decodeCounter(value: Uint8Array | undefined): Version {
  if (value === undefined) return { epoch: 0, commit: 0 };
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  return { epoch: bytes.readUInt32LE(0), commit: bytes.readUInt32LE(4) };
}

/** 32-bit numbers; the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
