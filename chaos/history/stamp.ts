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
  const bytes = Buffer.alloc(blocks * blockBytes);
  for (let cell = 0; cell < blocks * cellsPerBlock; cell += 1) {
    const text = cellText(source, block + Math.floor(cell / cellsPerBlock), cell % cellsPerBlock);
    bytes.write(text, cell * cellBytes, 'latin1');
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
    digitsOf(source.client, clientDigits),
    digitsOf(source.number, numberDigits),
    digitsOf(block, blockDigits),
    digitsOf(cell, cellDigits),
  ].join(' ');
  if (text.length !== cellBytes - 1) throw new RangeError(`a stamp too long: ${text}`);
  return `${text}\n`;
}

function stampOfBlock(bytes: Uint8Array, block: number, run: string): string {
  if (bytes.length !== blockBytes) return `${strangeMark}${bytes.length} bytes of a block`;
  if (bytes.every((byte) => byte === 0)) return holeStamp;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const stamps = new Set<string>();
  for (let cell = 0; cell < cellsPerBlock; cell += 1) {
    // As a rule all cells are of one call: only the first is taken apart.
    if (cell > 0 && text.startsWith(nextCell(text, cell), cell * cellBytes)) continue;
    stamps.add(stampOfCell(text.slice(cell * cellBytes, (cell + 1) * cellBytes), block, cell, run));
  }
  const [first = '', ...others] = stamps;
  return others.length === 0 ? first : `${strangeMark}torn: ${[...stamps].join(', ')}`;
}

/** What the cell is if the one before it is of the same call, and whole. */
function nextCell(text: string, cell: number): string {
  const head = text.slice((cell - 1) * cellBytes, cell * cellBytes - cellDigits - 1);
  return `${head}${digitsOf(cell, cellDigits)}\n`;
}

function digitsOf(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

function stampOfCell(text: string, block: number, cell: number, run: string): string {
  const [, ofRun, client, number, ofBlock, ofCell] = cellPattern.exec(text) ?? [];
  if (ofRun === undefined) {
    return /^\0*$/.test(text) ? 'zeros' : `${strangeMark}foreign bytes`;
  }
  const stamp = `${Number(client)}.${Number(number)}`;
  if (ofRun !== run) return `${strangeMark}${stamp} of run ${ofRun}`;
  if (Number(ofBlock) !== block || Number(ofCell) !== cell) {
    return `${strangeMark}${stamp} displaced from block ${Number(ofBlock)}`;
  }
  return stamp;
}
