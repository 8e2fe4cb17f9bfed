import { expect, test } from 'vitest';
import { StockPeer } from './stock-peer.ts';

const bytes = (byte: number): Buffer => Buffer.alloc(16, byte);
const current = bytes(1);
const earlier = bytes(2);

function peerThatAnswered(digest: Buffer): StockPeer<string> {
  const peer = new StockPeer<string>('peer', 8);
  peer.restore({ xid: 7, digest, status: 'success', results: Buffer.alloc(0), ordinal: 0 });
  return peer;
}

test('a call that was answered before an upgrade is known by the digest that it had then', () => {
  const peer = peerThatAnswered(earlier);
  const digest = peer.rememberedDigest(7, current, () => earlier);
  expect(peer.admit(7, digest, 'route').kind).toBe('done');
});

test('a call that runs since before an upgrade is known likewise', () => {
  const peer = new StockPeer<string>('peer', 8);
  peer.restoreRunning(7, earlier, 'its route');
  const digest = peer.rememberedDigest(7, current, () => earlier);
  expect(peer.admit(7, digest, 'another')).toEqual({ kind: 'in-progress', running: 'its route' });
});

test('the earlier digest is asked for only where another call has the same number', () => {
  const never = (): Buffer => {
    throw new Error('it costs much');
  };
  expect(peerThatAnswered(current).rememberedDigest(7, current, never)).toBe(current);
  expect(peerThatAnswered(earlier).rememberedDigest(8, current, never)).toBe(current);
  expect(peerThatAnswered(bytes(3)).rememberedDigest(7, current, () => earlier)).toBe(current);
});
