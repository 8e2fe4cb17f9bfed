import type { Answered } from './model/fit.ts';
import type { Footprint } from './model/footprint.ts';
import { footprintOf } from './model/footprint.ts';

/** A call as the search sees it. */
export interface Item extends Answered {
  readonly client: number;
  /** It takes effect after `begin` ... */
  readonly begin: number;
  /** ... and before `end`; undefined: at any later time. */
  readonly end: number | undefined;
  /** False where it may also never take effect: its outcome is unknown. */
  readonly required: boolean;
}

/** The moment when a call was over. */
export interface End {
  readonly item: number;
  readonly at: number;
  /** Items that had begun and were not over, this one among them. */
  readonly open: readonly number[];
}

/** Items with the ends of those that end, in the order of time. An undefined item is left out of the history. */
export interface Timeline {
  readonly items: readonly (Item | undefined)[];
  readonly footprints: readonly (Footprint | undefined)[];
  readonly ends: readonly End[];
}

interface Event {
  readonly at: number;
  readonly item: number;
  readonly isEnd: boolean;
}

export function timelineOf(items: readonly (Item | undefined)[]): Timeline {
  const events = items.flatMap((item, index) => (item === undefined ? [] : eventsOf(item, index)));
  // At equal times, beginnings first: what might overlap is taken to overlap.
  events.sort((a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd) || a.item - b.item);

  const ends: End[] = [];
  const open = new Set<number>();
  for (const event of events) {
    if (!event.isEnd) {
      open.add(event.item);
      continue;
    }
    ends.push({ item: event.item, at: event.at, open: [...open] });
    open.delete(event.item);
  }
  return { items, footprints: items.map((item) => item && footprintOf(item)), ends };
}

function eventsOf(item: Item, index: number): Event[] {
  const begin = { at: item.begin, item: index, isEnd: false };
  return item.end === undefined ? [begin] : [begin, { at: item.end, item: index, isEnd: true }];
}
