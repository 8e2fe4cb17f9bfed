import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { seal, unseal } from './value-format.ts';

test.prop([fc.uint8Array()])('value: what is sealed comes back', (value) => {
  expect(Buffer.from(unseal('\x02k', seal('\x02k', value)))).toEqual(Buffer.from(value));
});

test.prop([fc.uint8Array(), fc.nat(), fc.integer({ min: 1, max: 255 })])(
  'value: one changed byte is found',
  (value, place, change) => {
    const stored = seal('\x02k', value);
    const at = place % stored.length;
    stored[at] = (stored[at] ?? 0) ^ change;
    expect(() => unseal('\x02k', stored)).toThrow(
      expect.objectContaining({
        code: at === 0 ? 'STABLE_AREA_FORMAT' : 'STABLE_AREA_CORRUPT',
      }) as Error,
    );
  },
);

test('value: under another key, or cut off, it is damaged', () => {
  const damaged = expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error;
  const stored = seal('\x02k', Buffer.from('value'));
  expect(() => unseal('\x02l', stored)).toThrow(damaged);
  for (let length = 0; length < stored.length; length += 1) {
    expect(() => unseal('\x02k', stored.subarray(0, length))).toThrow(damaged);
  }
});
