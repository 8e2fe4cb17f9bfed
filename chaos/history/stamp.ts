import { blockBytes } from './limits.ts';

/**
 * Content that says where it comes from: a block is filled with cells of one line each,
 *
 *     <run> <client> <number> <block> <cell>
 *
 * so that any 32 bytes of a file tell which call wrote them and where they belong.
 */
const cellBytes = 32;
const cellsPerBlock = blockBytes / cellBytes;

/** The stamp of a block of zeros: never written, only skipped over. */
export const holeStamp = '-';

/** Starts the stamp of a block that no call of this run wrote as it is. */
export const strangeMark = '!';

export interface StampSource {
  readonly run: string;
  readonly client: number;
  readonly number: number;
}

const clientDigits = 4;
const numberDigits = 10;
const blockDigits = 3;
const cellDigits = 2;

const cellPattern = new RegExp(
  `^([0-9a-f]{8}) (\\d{${clientDigits}}) (\\d{${numberDigits}}) (\\d{${blockDigits}}) (\\d{${cellDigits}})\\n$`,
);

/** The bytes of `blocks` blocks from block `block` on. The caller owns them. */
export function stampedBytes(source: StampSource, block: number, blocks: number): Uint8Array {
  const bytes = new Uint8Array(blocks * blockBytes);
  for (let cell = 0; cell < blocks * cellsPerBlock; cell += 1) {
    const text = cellText(source, block + Math.floor(cell / cellsPerBlock), cell % cellsPerBlock);
    for (let at = 0; at < cellBytes; at += 1) bytes[cell * cellBytes + at] = text.charCodeAt(at);
  }
  return bytes;
}

/** The stamp of each block of `bytes`, which starts at block `block` of its file. A part of a block counts as one. */
export function stampsOf(bytes: Uint8Array, block: number, run: string): string[] {
  const stamps: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += blockBytes) {
    const one = bytes.subarray(offset, offset + blockBytes);
    stamps.push(stampOfBlock(one, block + offset / blockBytes, run));
  }
  return stamps;
}

function cellText(source: StampSource, block: number, cell: number): string {
  const text = [
    source.run,
    String(source.client).padStart(clientDigits, '0'),
    String(source.number).padStart(numberDigits, '0'),
    String(block).padStart(blockDigits, '0'),
    String(cell).padStart(cellDigits, '0'),
  ].join(' ');
  if (text.length !== cellBytes - 1) throw new RangeError(`a stamp too long: ${text}`);
  return `${text}\n`;
}

function stampOfBlock(bytes: Uint8Array, block: number, run: string): string {
  if (bytes.length !== blockBytes) return `${strangeMark}${bytes.length} bytes of a block`;
  if (bytes.every((byte) => byte === 0)) return holeStamp;
  const stamps = new Set<string>();
  for (let cell = 0; cell < cellsPerBlock; cell += 1) {
    stamps.add(
      stampOfCell(bytes.subarray(cell * cellBytes, (cell + 1) * cellBytes), block, cell, run),
    );
  }
  const [first = '', ...others] = stamps;
  return others.length === 0 ? first : `${strangeMark}torn: ${[...stamps].join(', ')}`;
}

function stampOfCell(bytes: Uint8Array, block: number, cell: number, run: string): string {
  const text = String.fromCharCode(...bytes);
  const [, ofRun, client, number, ofBlock, ofCell] = cellPattern.exec(text) ?? [];
  if (ofRun === undefined) {
    return bytes.every((byte) => byte === 0) ? 'zeros' : `${strangeMark}foreign bytes`;
  }
  const stamp = `${Number(client)}.${Number(number)}`;
  if (ofRun !== run) return `${strangeMark}${stamp} of run ${ofRun}`;
  if (Number(ofBlock) !== block || Number(ofCell) !== cell) {
    return `${strangeMark}${stamp} displaced from block ${Number(ofBlock)}`;
  }
  return stamp;
}
