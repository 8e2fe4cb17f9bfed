import fc from 'fast-check';

/** Words at which lengths, counts, discriminants and signs change their meaning. */
const telling = [
  ...[0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 64, 255, 256, 400, 401, 1_024, 8_192, 65_536],
  ...[0x0010_0000, 0x0010_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffc, 0xffff_ffff],
];
const wordsMax = 40;
const bytesMax = 200;
const editsMax = 4;

const word = fc.oneof(fc.constantFrom(...telling), fc.nat(0xffff_ffff));

type Edit = (bytes: Buffer) => Buffer;

/** What is done to a valid message. `at` is a share of its length. */
const edit: fc.Arbitrary<Edit> = fc
  .tuple(fc.nat(0xffff), fc.nat(6), word)
  .map(([at, kind, value]) => (bytes) => {
    const place = Math.floor((at / 0x1_0000) * bytes.length);
    const aligned = place & ~3;
    switch (kind) {
      case 0:
        return bytes.subarray(0, place);
      case 1:
        return Buffer.concat([bytes.subarray(0, aligned), wordOf(value), bytes.subarray(aligned)]);
      case 2:
        return Buffer.concat([bytes.subarray(0, aligned), bytes.subarray(aligned + 4)]);
      case 3:
        return Buffer.concat([bytes, bytes.subarray(aligned)]);
      case 4:
        return changed(bytes, place, (byte) => byte ^ (1 << (value & 7)));
      default:
        return Buffer.concat([
          bytes.subarray(0, aligned),
          wordOf(value),
          bytes.subarray(aligned + 4),
        ]);
    }
  });

/** Bytes of somebody who knows the format, or does not, and means no good. */
export function hostileBytes(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const words = fc
    .array(word, { maxLength: wordsMax })
    .map((values) => Buffer.concat(values.map(wordOf)));
  const noise = fc.uint8Array({ maxLength: bytesMax }).map((bytes) => Buffer.from(bytes));
  const edited = fc
    .tuple(valid, fc.array(edit, { minLength: 1, maxLength: editsMax }))
    .map(([bytes, edits]) => edits.reduce((result, change) => change(result), bytes));
  return fc.oneof(
    { arbitrary: edited, weight: 6 },
    { arbitrary: words, weight: 3 },
    { arbitrary: noise, weight: 1 },
  );
}

function wordOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function changed(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const before = copy[at];
  if (before !== undefined) copy[at] = change(before);
  return copy;
}
