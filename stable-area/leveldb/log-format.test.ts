import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { writeLevelLog } from '../testing/leveldb-log-writer.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { blockBytes, readLog } from './log-format.ts';

test('crc32c: the check value of RFC 3720 style catalogues, and LevelDB’s mask', () => {
  const bytes = Buffer.from('123456789');
  expect(crc32c(bytes, 0, 9)).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa);
  expect(maskCrc(0)).toBe(0xa282ead8);
});

const records = fc.array(
  fc
    .tuple(fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 100_000 })), fc.nat({ max: 255 }))
    .map(([length, fill]) => Buffer.alloc(length, fill)),
  { maxLength: 12 },
);

test.prop([records])(
  'log: every record comes back, whatever its place in the blocks',
  (written) => {
    const bytes = writeLevelLog(written);
    const { records: read, damage, lastRecordOffset, endsWithRecord } = readLog(bytes);
    expect(damage).toBeUndefined();
    expect(endsWithRecord).toBe(true);
    expect(readLog(bytes.subarray(0, lastRecordOffset)).records).toHaveLength(
      Math.max(0, written.length - 1),
    );
    expect(read.map(({ length }) => length)).toEqual(written.map(({ length }) => length));
    read.forEach((record, index) => {
      expect(Buffer.compare(record, written[index] ?? Buffer.alloc(0))).toBe(0);
    });
  },
);

test.prop([records, fc.nat()])(
  'log: a file that ends anywhere gives the records that are whole, and is no damage',
  (written, place) => {
    const bytes = writeLevelLog(written);
    const cut = bytes.subarray(0, bytes.length === 0 ? 0 : place % bytes.length);
    const { records: read, damage } = readLog(cut);
    expect(damage).toBeUndefined();
    expect(read.length).toBeLessThanOrEqual(written.length);
    read.forEach((record, index) => {
      expect(Buffer.compare(record, written[index] ?? Buffer.alloc(0))).toBe(0);
    });
  },
);

test.prop([records, fc.nat(), fc.integer({ min: 1, max: 255 })])(
  'log: no record is read that was not written, whatever byte is changed',
  (written, place, change) => {
    const bytes = writeLevelLog(written);
    fc.pre(bytes.length > 0);
    const at = place % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ change;
    const known = new Set(written.map((record) => record.toString('latin1')));
    for (const record of readLog(bytes).records) {
      expect(known.has(Buffer.from(record).toString('latin1'))).toBe(true);
    }
  },
);

test('log: damage with records behind it is inside, damage of the last record is not', () => {
  const three = [1, 2, 3].map((fill) => Buffer.alloc(blockBytes, fill));
  const inFirst = writeLevelLog(three);
  inFirst[100] = 0xff;
  expect(readLog(inFirst)).toMatchObject({ records: [{}, {}], damage: { isInside: true } });
  const inLast = writeLevelLog(three);
  inLast[inLast.length - 1] = 0xff;
  expect(readLog(inLast)).toMatchObject({ records: [{}, {}], damage: { isInside: false } });
});

test('log: zeros at the end, as a power cut leaves them, are no damage', () => {
  const written = [Buffer.alloc(100, 1), Buffer.alloc(blockBytes, 2)];
  const bytes = Buffer.concat([writeLevelLog(written), Buffer.alloc(3 * blockBytes)]);
  expect(readLog(bytes).records).toHaveLength(2);
  expect(readLog(bytes).damage).toBeUndefined();
});

test.prop([fc.uint8Array({ maxLength: 200 })])(
  'log: random bytes are read without failing',
  (bytes) => {
    expect(readLog(bytes).records.length).toBeLessThanOrEqual(bytes.length);
  },
);
