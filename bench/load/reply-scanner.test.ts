import { expect, test } from 'vitest';
import { recordMark } from '../../rpc/record-marking.ts';
import { ReplyScanner } from './reply-scanner.ts';

function reply(xid: number, status: number | undefined, dataBytes: number): Buffer {
  const words = [xid, 1, 0, 0, 0, 0, ...(status === undefined ? [] : [status])];
  const bytes = Buffer.alloc(words.length * 4 + dataBytes, 0xff);
  words.forEach((word, index) => bytes.writeUInt32BE(word, index * 4));
  return bytes;
}

function record(...fragments: readonly Buffer[]): Buffer {
  const marked = fragments.flatMap((fragment, index) => {
    const mark = Buffer.alloc(4);
    const isLast = index === fragments.length - 1;
    mark.writeUInt32BE(isLast ? recordMark(fragment.length) : fragment.length);
    return [mark, fragment];
  });
  return Buffer.concat(marked);
}

test.each([1, 2, 3, 7, 33, 1_000])(
  'replies of any size and in fragments are found in pieces of %i bytes',
  (size) => {
    const long = reply(3, 17, 100);
    const stream = Buffer.concat([
      record(reply(1, undefined, 0)),
      record(reply(2, 0, 300)),
      record(long.subarray(0, 10), long.subarray(10, 60), long.subarray(60)),
      record(reply(4, 2, 0)),
    ]);
    const found: number[][] = [];
    const scanner = new ReplyScanner((...each) => found.push(each));
    for (let at = 0; at < stream.length; at += size) scanner.push(stream.subarray(at, at + size));
    expect(found).toEqual([
      [1, 0, 24],
      [2, 0, 328],
      [3, 17, 128],
      [4, 2, 28],
    ]);
  },
);

test('a refused call is not taken for an answer', () => {
  const scanner = new ReplyScanner(() => undefined);
  const refused = reply(1, 0, 0);
  refused.writeUInt32BE(5, 20);
  expect(() => {
    scanner.push(record(refused));
  }).toThrow('a reply with 5 at byte 20');
});
