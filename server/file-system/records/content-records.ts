import { strict as assert } from 'node:assert';
import { crc32 } from '../../../stable-area/checksum.ts';
import type { Table } from '../../../stable-area/records/record-store.ts';
import { StableAreaError } from '../../../stable-area/stable-area.ts';
import { unreachable } from '../../unreachable.ts';
import { contentDepthMax, extentsPerMapMax, indexFanout, spanBytes } from '../limits.ts';
import { blobPrefix, indexPrefix, mapPrefix } from './keys.ts';
import { RecordReader, RecordWriter } from './record-format.ts';

/** A node of a file's index: for each child the id of a node one level down, or of an extent map; 0 for a hole. */
export interface IndexNode {
  /** 1: the children are extent maps. */
  readonly level: number;
  /** `indexFanout` numbers. */
  readonly children: readonly number[];
}

interface ExtentCommon {
  /** Offset in the span. */
  readonly start: number;
  readonly length: number;
  /** The data are this part of what is stored: a later WRITE may have covered the rest. */
  readonly storedOffset: number;
  readonly storedLength: number;
  /** Of everything that is stored, so that a trimmed extent keeps its sum. */
  readonly crc32: number;
}

export interface InlineExtent extends ExtentCommon {
  readonly kind: 'inline';
  readonly blob: number;
}

/** Data in the value log: written by a later version of this program, read and kept by this one. */
export interface SegmentExtent extends ExtentCommon {
  readonly kind: 'segment';
  readonly epoch: number;
  readonly segment: number;
  /** Offset of the stored data in the segment. */
  readonly position: number;
}

export type Extent = InlineExtent | SegmentExtent;

/** The content of one span: extents in order, none touching another's bytes; what is between them is zeros. */
export interface ExtentMap {
  /** Never reused while the map exists. */
  readonly nextBlob: number;
  readonly extents: readonly Extent[];
}

/** Inline data with their sum, as they are stored: in one buffer, so that writing them copies nothing. */
export interface Blob {
  readonly record: Buffer;
  readonly data: Buffer;
  readonly crc32: number;
}

const version = 1;
const childBytes = 1 + 8;
const extentCommonBytes = 5 * 4 + 1;
const inlineBytes = 4;
const segmentBytes = 6 + 4 + 6;
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
 * stored length (4)  crc32 (4)  kind (1), and   inline (0): blob (4)   segment (1): epoch (6)  number (4)  position (6)
 */
export const extentMaps: Table<ExtentMap> = {
  prefix: mapPrefix,
  encode(map) {
    checkMap(map);
    const extentBytes = map.extents.map(
      (extent) => extentCommonBytes + (extent.kind === 'inline' ? inlineBytes : segmentBytes),
    );
    const writer = new RecordWriter(
      version,
      extentBytes.reduce((sum, bytes) => sum + bytes, 4 + 2),
    );
    writer.uint32(map.nextBlob).uint16(map.extents.length);
    for (const extent of map.extents) writeExtent(writer, extent);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'an extent map');
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

/** A blob with its own copy of the data: what came from a socket is a view that does not last. */
export function makeBlob(parts: readonly Uint8Array[]): Blob {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  assert(length > 0 && length <= spanBytes, `a blob of ${length} bytes`);
  const record = Buffer.allocUnsafeSlow(blobHeaderBytes + length);
  record[0] = version;
  let at = blobHeaderBytes;
  for (const part of parts) {
    record.set(part, at);
    at += part.length;
  }
  const data = record.subarray(blobHeaderBytes);
  const sum = crc32(data);
  record.writeUInt32BE(sum, 1);
  return { record, data, crc32: sum };
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
    .uint32(extent.crc32);
  switch (extent.kind) {
    case 'inline':
      writer.uint8(0).uint32(extent.blob);
      return;
    case 'segment':
      writer.uint8(1).int48(extent.epoch).uint32(extent.segment).int48(extent.position);
      return;
    default:
      unreachable(extent);
  }
}

function readExtent(reader: RecordReader): Extent {
  const common = {
    start: reader.uint32(),
    length: reader.uint32(),
    storedOffset: reader.uint32(),
    storedLength: reader.uint32(),
    crc32: reader.uint32(),
  };
  const kind = reader.uint8();
  if (kind === 0) return { kind: 'inline', ...common, blob: reader.uint32() };
  assert(kind === 1, `an extent of kind ${kind}`);
  return {
    kind: 'segment',
    ...common,
    epoch: reader.int48(),
    segment: reader.uint32(),
    position: reader.int48(),
  };
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
    assert(extent.kind === 'segment' || extent.blob < nextBlob, 'blob numbers are given in order');
    end = endOf(extent);
  }
  assert(end <= spanBytes, 'extents are within their span');
}
