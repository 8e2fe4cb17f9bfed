import { strict as assert } from 'node:assert';
import { crc32 } from '../../../stable-area/checksum.ts';
import type { Table } from '../../../stable-area/records/record-store.ts';
import { StableAreaError } from '../../../stable-area/stable-area.ts';
import {
  contentDepthMax,
  extentsPerMapMax,
  indexFanout,
  largeBlobBytesMin,
  spanBytes,
} from '../limits.ts';
import { blobPrefix, indexPrefix, largeBlobPrefix, mapPrefix } from './keys.ts';
import { RecordReader, RecordWriter } from './record-format.ts';

/** A node of a file's index: for each child the id of a node one level down, or of an extent map; 0 for a hole. */
export interface IndexNode {
  /** 1: the children are extent maps. */
  readonly level: number;
  /** `indexFanout` numbers. */
  readonly children: readonly number[];
}

/** Made by literals with the fields in this order alone: so all of them have one shape, and V8 finds their fields at once. */
export interface Extent {
  /** Which table the blob is in: small ones lie beside the other records, large ones in the value log. */
  readonly kind: 'small' | 'large';
  /** Offset in the span. */
  readonly start: number;
  readonly length: number;
  /** The data are this part of what is stored: a later WRITE may have covered the rest. */
  readonly storedOffset: number;
  readonly storedLength: number;
  /** Of everything that is stored, so that a trimmed extent keeps its sum. 0 for a large blob: the stable area has its sum. */
  readonly crc32: number;
  readonly blob: number;
}

/** The content of one span: extents in order, none touching another's bytes; what is between them is zeros. */
export interface ExtentMap {
  /** Never reused while the map exists. */
  readonly nextBlob: number;
  readonly extents: readonly Extent[];
}

/** Data with their sum, as they are stored: in one buffer, so that writing them copies nothing. */
export interface Blob {
  readonly record: Buffer;
  readonly data: Buffer;
  readonly crc32: number;
}

const version = 1;
/** Of a map that names large blobs, which programs before them could not find. */
const largeMapVersion = 2;
const childBytes = 1 + 8;
const extentBytes = 5 * 4 + 1 + 4;
/** What a map calls the kinds; 1 was kept free for another one, and never written. */
const kindNumbers = { small: 0, large: 2 } as const;
const blobHeaderBytes = 1 + 4;

/** version (1)  level (1)  count (1), then for each child that is there: slot (1)  id (8) */
export const indexNodes: Table<IndexNode> = {
  prefix: indexPrefix,
  encode(node) {
    const present = node.children.filter((child) => child !== 0).length;
    checkNode(node, present);
    const writer = new RecordWriter(version, 2 + present * childBytes)
      .uint8(node.level)
      .uint8(present);
    node.children.forEach((child, slot) => {
      if (child !== 0) writer.uint8(slot).uint64(child);
    });
    return writer.finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'an index node');
    const level = reader.uint8();
    const present = reader.uint8();
    const children = new Array<number>(indexFanout).fill(0);
    for (let left = present; left > 0; left -= 1) children[reader.uint8()] = reader.uint64();
    reader.finish();
    const node = { level, children };
    checkNode(node, present);
    return node;
  },
};

/**
 * version (1)  next blob (4)  count (2), then for each extent: start (4)  length (4)  stored offset (4)
 * stored length (4)  crc32 (4)  kind (1)  blob (4)
 */
export const extentMaps: Table<ExtentMap> = {
  prefix: mapPrefix,
  encode(map) {
    checkMap(map);
    const { extents } = map;
    const isLarge = extents.some(({ kind }) => kind === 'large');
    const lengthBytes = 4 + 2 + extents.length * extentBytes;
    const writer = new RecordWriter(isLarge ? largeMapVersion : version, lengthBytes);
    writer.uint32(map.nextBlob).uint16(extents.length);
    for (const extent of extents) writeExtent(writer, extent);
    return writer.finish();
  },
  decode(bytes) {
    const found = bytes[0] === largeMapVersion ? largeMapVersion : version;
    const reader = new RecordReader(bytes, found, 'an extent map');
    const nextBlob = reader.uint32();
    const extents: Extent[] = [];
    for (let left = reader.uint16(); left > 0; left -= 1) extents.push(readExtent(reader));
    reader.finish();
    const map = { nextBlob, extents };
    checkMap(map);
    return map;
  },
};

/** version (1)  crc32 (4)  data. The sum is checked here, once for each load: in memory nothing decays. */
export const blobs: Table<Blob> = {
  prefix: blobPrefix,
  encode: (blob) => blob.record,
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'a blob');
    const stored = reader.uint32();
    const data = reader.rest();
    if (crc32(data) !== stored) {
      throw new StableAreaError('STABLE_AREA_CORRUPT', 'a blob is not what its checksum says');
    }
    const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return { record, data, crc32: stored };
  },
};

/** The data alone, so that blobs that are read together can be one piece. Their sum is the stable area's. */
export const largeBlobs: Table<Blob> = {
  prefix: largeBlobPrefix,
  isTransient: true,
  encode: (blob) => blob.record,
  decode(bytes) {
    const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return { record, data: record, crc32: 0 };
  },
};

export function blobTable({ kind }: Pick<Extent, 'kind'>): typeof blobs {
  return kind === 'small' ? blobs : largeBlobs;
}

/** A small blob is a copy of the data; a large one in one part is that part, which must stay as it is. */
export function makeBlob(parts: readonly Uint8Array[]): Blob & Pick<Extent, 'kind'> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  assert(length > 0 && length <= spanBytes, `a blob of ${length} bytes`);
  const isLarge = length >= largeBlobBytesMin;
  const [only] = parts;
  if (isLarge && only?.length === length) {
    const record = Buffer.from(only.buffer, only.byteOffset, length);
    return { kind: 'large', record, data: record, crc32: 0 };
  }
  const headerBytes = isLarge ? 0 : blobHeaderBytes;
  const record = Buffer.allocUnsafeSlow(headerBytes + length);
  let at = headerBytes;
  for (const part of parts) {
    record.set(part, at);
    at += part.length;
  }
  if (isLarge) return { kind: 'large', record, data: record, crc32: 0 };
  const data = record.subarray(headerBytes);
  const sum = crc32(data);
  record[0] = version;
  record.writeUInt32BE(sum, 1);
  return { kind: 'small', record, data, crc32: sum };
}

export function endOf(extent: Extent): number {
  return extent.start + extent.length;
}

function writeExtent(writer: RecordWriter, extent: Extent): void {
  writer
    .uint32(extent.start)
    .uint32(extent.length)
    .uint32(extent.storedOffset)
    .uint32(extent.storedLength)
    .uint32(extent.crc32)
    .uint8(kindNumbers[extent.kind])
    .uint32(extent.blob);
}

function readExtent(reader: RecordReader): Extent {
  const start = reader.uint32();
  const length = reader.uint32();
  const storedOffset = reader.uint32();
  const storedLength = reader.uint32();
  const sum = reader.uint32();
  const number = reader.uint8();
  assert(
    number === kindNumbers.small || number === kindNumbers.large,
    `an extent of kind ${number}`,
  );
  const kind = number === kindNumbers.small ? 'small' : 'large';
  return { kind, start, length, storedOffset, storedLength, crc32: sum, blob: reader.uint32() };
}

function checkNode({ level, children }: IndexNode, present: number): void {
  assert(level >= 1 && level <= contentDepthMax, `an index node of level ${level}`);
  assert(children.length === indexFanout && present > 0, 'an index node that leads somewhere');
}

function checkMap({ extents, nextBlob }: ExtentMap): void {
  assert(extents.length > 0 && extents.length <= extentsPerMapMax, `${extents.length} extents`);
  let end = 0;
  for (const extent of extents) {
    assert(extent.start >= end && extent.length > 0, 'extents are in order and apart');
    assert(extent.storedOffset + extent.length <= extent.storedLength, 'an extent is stored');
    assert(extent.blob < nextBlob, 'blob numbers are given in order');
    end = endOf(extent);
  }
  assert(end <= spanBytes, 'extents are within their span');
}
