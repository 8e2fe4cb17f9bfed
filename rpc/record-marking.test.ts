import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { defaultRecordLimits, markRecord, RecordReader } from './record-marking.ts';

interface Sent {
  readonly content: Buffer;
  /** Where the record is cut into fragments, as fractions of its length. */
  readonly cuts: readonly number[];
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const sentRecord = fc.record({
  content: fc.uint8Array({ maxLength: 10_000 }).map((bytes) => Buffer.from(bytes)),
  cuts: fc.array(fraction, { maxLength: 5 }),
});

/** A record in fragments, empty ones included where two cuts coincide. */
function fragmented({ content, cuts }: Sent): Buffer {
  const ends = cuts.map((cut) => Math.floor(cut * content.length)).sort((a, b) => a - b);
  const parts: Buffer[] = [];
  let start = 0;
  for (const end of [...ends, content.length]) {
    const mark = Buffer.alloc(4);
    const isLast = parts.length === ends.length * 2;
    mark.writeUInt32BE((isLast ? 0x8000_0000 : 0) + end - start);
    parts.push(mark, content.subarray(start, end));
    start = end;
  }
  return Buffer.concat(parts);
}

function recordsOf(reader: RecordReader): Buffer[] {
  const records: Buffer[] = [];
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    records.push(record);
  }
  return records;
}

function chunked(bytes: Buffer, nextChunkBytes: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Math.max(1, nextChunkBytes());
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

function read(chunks: readonly Buffer[], reader = new RecordReader()): Buffer[] {
  return chunks.flatMap((chunk) => {
    reader.push(chunk);
    return recordsOf(reader);
  });
}

/** Comparing buffers element by element takes seconds for a large one. */
function expectRecords(found: readonly Buffer[], expected: readonly Buffer[]): void {
  expect(found.length).toBe(expected.length);
  expect(found.findIndex((record, at) => !expected[at]?.equals(record))).toBe(-1);
}

test('RFC 5531 §11: a record is its length with the highest bit set, then its bytes', () => {
  expect(Buffer.concat(markRecord([Buffer.from('ab'), Buffer.from('cd')])).toString('hex')).toBe(
    '8000000461626364',
  );
});

propertyTest.prop([fc.array(sentRecord, { maxLength: 6 }), fc.array(fc.nat(5_000))])(
  'record reader: whatever the fragments and the pieces, the same records come out',
  (sent, chunkSizes) => {
    let turn = 0;
    const next = (): number => chunkSizes[turn++ % Math.max(chunkSizes.length, 1)] ?? 1_000;
    const bytes = Buffer.concat(sent.map(fragmented));
    const expected = sent.map(({ content }) => content);
    expectRecords(read(chunked(bytes, next)), expected);
  },
);

test.each([1, 2, 3, 5])('record reader: fed %i bytes at a time', (chunkBytes) => {
  const sent = [
    { content: Buffer.from('first record'), cuts: [] },
    { content: Buffer.alloc(0), cuts: [] },
    { content: Buffer.alloc(70_000, 'in many fragments '), cuts: [0, 0.1, 0.1, 0.5, 1] },
    { content: Buffer.from('last'), cuts: [0.5] },
  ];
  const bytes = Buffer.concat(sent.map(fragmented));
  const reader = new RecordReader();
  const records = read(
    chunked(bytes, () => chunkBytes),
    reader,
  );
  const expected = sent.map(({ content }) => content);
  expectRecords(records, expected);
  expect(reader.isInside).toBe(false);
  expect(reader.heldBytes).toBe(0);
});

test('record reader: all in one piece is taken one at a time, without a copy', () => {
  const bytes = Buffer.concat(
    ['one', 'two', 'three'].flatMap((text) => markRecord([Buffer.from(text)])),
  );
  const reader = new RecordReader();
  reader.push(bytes);
  const first = reader.next();
  expect(first?.toString()).toBe('one');
  expect(first?.buffer).toBe(bytes.buffer);
  expect(first?.byteOffset).toBe(bytes.byteOffset + 4);
  expect(recordsOf(reader).map(String)).toEqual(['two', 'three']);
});

test('record reader: a large record that came in pieces is given in them, without a copy', () => {
  const bytes = Buffer.concat(markRecord([Buffer.alloc(20_000, 'large')]));
  const chunks = [bytes.subarray(0, 9_000), bytes.subarray(9_000)];
  const reader = new RecordReader();
  for (const chunk of chunks) reader.push(chunk);
  const pieces = reader.nextInPieces();
  if (!Array.isArray(pieces)) throw new Error('it came in pieces');
  expect(pieces.map(({ byteOffset }) => byteOffset - bytes.byteOffset)).toEqual([4, 9_000]);
  expect(Buffer.concat(pieces).equals(bytes.subarray(4))).toBe(true);
  expect(reader.isInside).toBe(false);
});

test('record reader: pieces that wait are taken in order', () => {
  const bytes = Buffer.concat(markRecord([Buffer.from('waiting in pieces')]));
  const reader = new RecordReader();
  for (const chunk of chunked(Buffer.concat([bytes, bytes]), () => 7)) reader.push(chunk);
  expect(recordsOf(reader).map(String)).toEqual(['waiting in pieces', 'waiting in pieces']);
});

test('record reader: a length over the limit fails at once, before its bytes come', () => {
  const reader = new RecordReader({ recordBytesMax: 100, fragmentsMax: 10 });
  expect(read([Buffer.from([0x80, 0, 0, 101])], reader)).toEqual([]);
  expect(reader.failure).toBe('record-too-long');
  expect(read([Buffer.from([0x80, 0, 0, 0])], reader)).toEqual([]);
});

test('record reader: fragments that exceed the limit together fail too', () => {
  const reader = new RecordReader({ recordBytesMax: 100, fragmentsMax: 10 });
  const half = Buffer.concat([Buffer.from([0, 0, 0, 60]), Buffer.alloc(60)]);
  read([half, half], reader);
  expect(reader.failure).toBe('record-too-long');
  expect(reader.heldBytes).toBe(0);
});

test('record reader: the largest record passes', () => {
  const content = Buffer.alloc(defaultRecordLimits.recordBytesMax);
  expectRecords(read(markRecord([content]).map((part) => Buffer.from(part))), [content]);
});

test('record reader: empty fragments without end are a failure, not a loop', () => {
  const reader = new RecordReader({ recordBytesMax: 100, fragmentsMax: 10 });
  expect(read([Buffer.alloc(4 * 10)], reader)).toEqual([]);
  expect(reader.failure).toBeUndefined();
  read([Buffer.alloc(4)], reader);
  expect(reader.failure).toBe('too-many-fragments');
});

test('record reader: the count of fragments starts anew with each record', () => {
  const reader = new RecordReader({ recordBytesMax: 100, fragmentsMax: 2 });
  const record = fragmented({ content: Buffer.from('abcd'), cuts: [0.5] });
  expect(read([record, record, record], reader).length).toBe(3);
});

test('record reader: memory follows what has come, not what was announced', () => {
  const reader = new RecordReader();
  reader.push(Buffer.from([0x80, 0x10, 0, 0]));
  expect(reader.next()).toBeUndefined();
  expect(reader.isInside).toBe(true);
  expect(reader.heldBytes).toBe(0);

  const before = process.memoryUsage().arrayBuffers;
  const byte = Buffer.from([7]);
  for (let count = 0; count < 200_000; count += 1) {
    reader.push(byte);
    reader.next();
  }
  expect(reader.heldBytes).toBe(200_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(600_000);
});

propertyTest.prop([fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 })])(
  'record reader: random bytes never throw, and never hold more than came',
  (chunks) => {
    const reader = new RecordReader({ recordBytesMax: 2_000, fragmentsMax: 5 });
    let came = 0;
    for (const chunk of chunks) {
      came += chunk.length;
      reader.push(Buffer.from(chunk));
      recordsOf(reader);
      expect(reader.heldBytes).toBeLessThanOrEqual(Math.min(came, 2_000));
    }
  },
);
