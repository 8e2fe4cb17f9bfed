import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { type CallHeader, decodeCallHeader, encodeCallHeader, type StockOrigin } from './header.ts';
import { KnownHeader } from './known-header.ts';
import { ClusterSecret } from './secret.ts';

const secret = new ClusterSecret(Buffer.alloc(32, 1));
const origin: StockOrigin = {
  gatewayUi: Buffer.alloc(16, 0xee),
  address: '10.0.0.1',
  port: 700,
  transport: 'tcp',
  xid: 1,
};
const header: CallHeader = {
  aliasUi: Buffer.alloc(16, 0xaa),
  clientUi: Buffer.alloc(16, 0xcc),
  incarnation: 3,
  sequence: 9,
  lowestUnfinished: 7,
  hintEpoch: 5,
  origin: undefined,
};

const anyHeader = fc.record({
  clientUi: fc.constantFrom(1, 2).map((byte) => Buffer.alloc(16, byte)),
  incarnation: fc.constantFrom(3, 2 ** 40),
  sequence: fc.constantFrom(0, 9, 0xffff_ffff, 2 ** 32, 2 ** 33 + 9),
  lowestUnfinished: fc.constantFrom(0, 7, 9, 10, 2 ** 32),
  hintEpoch: fc.constantFrom(5, 6),
  origin: fc.constantFrom(undefined, undefined, origin),
});
const anyBody = fc
  .tuple(anyHeader, fc.boolean())
  .map(([part, isSigned]) =>
    encodeCallHeader({ ...header, ...part }, isSigned ? secret : undefined),
  );

property.prop([fc.array(anyBody, { minLength: 2 }), fc.nat({ max: 112 })])(
  'known header: says of another call what decoding says, or nothing',
  (bodies, cutBytes) => {
    let known: KnownHeader | undefined;
    for (const body of bodies.flatMap((whole) => [whole, whole.subarray(0, cutBytes)])) {
      const decoded = decodeCallHeader(body);
      const next = known?.next(body);
      if (next !== undefined) expect(decoded.ok && decoded.header).toEqual(next);
      if (decoded.ok) known = new KnownHeader(body, decoded.header);
    }
  },
);

test('known header: the next call of the same client is known, signed or not', () => {
  for (const key of [undefined, secret]) {
    const known = new KnownHeader(encodeCallHeader(header, key), header);
    const next = { ...header, sequence: 0x1_0203, lowestUnfinished: 9 };
    expect(known.next(encodeCallHeader(next, key))).toEqual(next);
  }
});
