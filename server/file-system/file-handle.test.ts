import { createHmac } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { FileHandles, handleBytes } from './file-handle.ts';

const areaId = Buffer.from('0123456789abcdef');
const handleSecret = Buffer.alloc(32, 1);
const handles = new FileHandles(areaId, { handleSecret });
const ino = fc.nat(Number.MAX_SAFE_INTEGER);

test.prop([ino, ino])('a handle says what it was made of, on every server', (file, exportRoot) => {
  const handle = handles.make({ ino: file, exportRoot });
  expect(handle).toHaveLength(handleBytes);
  const other = new FileHandles(Buffer.from(areaId), { handleSecret: Buffer.from(handleSecret) });
  expect(other.make({ ino: file, exportRoot })).toEqual(handle);
  for (const server of [other, other, handles]) {
    expect(server.parse(handle)).toEqual({ ino: file, exportRoot });
  }
});

test.prop([fc.nat(handleBytes * 8 - 1)])('a handle with one bit changed is none', (bit) => {
  const handle = Buffer.from(handles.make({ ino: 5, exportRoot: 2 }));
  handles.parse(handle);
  handle[bit >> 3] = (handle[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  expect(handles.parse(handle)).toBeUndefined();
});

test.prop([fc.uint8Array({ minLength: handleBytes, maxLength: handleBytes })])(
  'random bytes are no handle',
  (bytes) => {
    expect(handles.parse(Buffer.from(bytes))).toBeUndefined();
  },
);

test('a handle of another volume is none, even with the same secret', () => {
  const other = new FileHandles(Buffer.from('another volume..'), { handleSecret });
  expect(handles.parse(other.make({ ino: 2, exportRoot: 2 }))).toBeUndefined();
});

test('the MAC is HMAC-SHA-256 of what is before it: handles that clients keep stay good', () => {
  const handle = handles.make({ ino: 7, exportRoot: 2 });
  const hmac = createHmac('sha256', handleSecret).update(handle.subarray(0, 24)).digest();
  expect(handle.subarray(24)).toEqual(hmac.subarray(0, 8));
});

test('a handle of the wrong length is none', () => {
  const handle = handles.make({ ino: 2, exportRoot: 2 });
  expect(handles.parse(handle.subarray(1))).toBeUndefined();
  expect(handles.parse(Buffer.concat([handle, Buffer.alloc(1)]))).toBeUndefined();
});

test('the memory of genuine handles is bounded, and only a memory', () => {
  for (let number = 1; number < 20_000; number += 1) {
    const handle = handles.make({ ino: number, exportRoot: 2 });
    expect(handles.parse(handle)?.ino).toBe(number);
  }
  expect(handles.make({ ino: 19_999, exportRoot: 3 })).not.toEqual(
    handles.make({ ino: 19_999, exportRoot: 2 }),
  );
  const first = handles.make({ ino: 1, exportRoot: 2 });
  expect(handles.parse(first)).toEqual({ ino: 1, exportRoot: 2 });
});
