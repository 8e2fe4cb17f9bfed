import { expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { type EventSink, EventHub, keepAliveMs, subscriberBufferBytesMax } from './event-hub.ts';

function sink() {
  const texts: string[] = [];
  const state = { texts, bufferedBytes: 0, dropped: false };
  const events: EventSink = {
    write: (text) => void texts.push(text),
    get bufferedBytes() {
      return state.bufferedBytes;
    },
    drop: () => {
      state.dropped = true;
    },
  };
  return { state, events };
}

test('a stream says every few seconds that it lives, and nothing is left when nobody listens', async () => {
  const time = manualClock();
  const hub = new EventHub(time.timers);
  const { state, events } = sink();
  const end = hub.subscribe(events, undefined, []);
  await time.advance(2 * keepAliveMs);
  expect(state.texts).toEqual([
    'event: snapshot\ndata: {"aliases":[]}\n\n',
    ': alive\n\n',
    ': alive\n\n',
  ]);
  end();
  expect(time.waiting).toBe(0);
});

test('a slow subscriber is dropped and counted; the others go on', () => {
  const time = manualClock();
  const hub = new EventHub(time.timers);
  const slow = sink();
  const quick = sink();
  hub.subscribe(slow.events, undefined, []);
  hub.subscribe(quick.events, new Set(['home']), []);
  slow.state.bufferedBytes = subscriberBufferBytesMax + 100;
  hub.publish({ kind: 'deleted', name: 'home' });
  expect(slow.state.dropped).toBe(true);
  expect(quick.state.texts.at(-1)).toBe('event: deleted\ndata: {"name":"home"}\n\n');
  expect([hub.size, hub.dropped]).toEqual([1, 1]);
  hub.close();
  expect(quick.state.dropped).toBe(true);
  expect([hub.size, time.waiting]).toEqual([0, 0]);
});
