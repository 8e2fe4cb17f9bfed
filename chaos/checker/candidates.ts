import type { Call } from '../history/call.ts';
import { isMutating } from '../history/call.ts';
import type { Hypothesis } from './hypothesis.ts';
import type { Item, Timeline } from './timeline.ts';

/** So many earlier calls are suspected, the latest first. */
const suspectsMax = 40;

/**
 * What may have gone wrong when no order gives the answer of `stuck`, the most likely first. The last one always fits.
 */
export function candidates(timeline: Timeline, stuck: number): Hypothesis[] {
  const item = timeline.items[stuck];
  if (item === undefined) return [];
  const suspects = suspectsOf(timeline, stuck, item);
  return [
    ...(isMutating(item.call) ? [{ kind: 'doubled', item: stuck, late: false } as const] : []),
    ...suspects.map((index) => ({ kind: 'doubled', item: index, late: false }) as const),
    ...suspects.map((index) => ({ kind: 'lost', item: index }) as const),
    ...suspects.map((index) => ({ kind: 'doubled', item: index, late: true }) as const),
    { kind: 'wrong', item: stuck },
  ];
}

/** Acknowledged changes, begun before the stuck call was over, of what it names or of what leads there. */
function suspectsOf(timeline: Timeline, stuck: number, item: Item): number[] {
  const keys = keysLeadingTo(timeline, item);
  const suspects: number[] = [];
  for (let index = timeline.items.length - 1; index >= 0; index -= 1) {
    const other = timeline.items[index];
    if (other === undefined || index === stuck || suspects.length >= suspectsMax) continue;
    if (!other.required || other.outcome.status !== 'ok' || !isMutating(other.call)) continue;
    if (item.end !== undefined && other.begin > item.end) continue;
    if (keysOf(other).some((key) => keys.has(key))) suspects.push(index);
  }
  return suspects;
}

/** The names and inode numbers of the call, the names by which others reached the same, and what was renamed to these. */
function keysLeadingTo(timeline: Timeline, item: Item): Set<string> {
  // Only READDIR depends on every name of a directory.
  const own = keysOf(item).filter(
    (key) => item.call.kind === 'readdir' || !key.startsWith('all of'),
  );
  const keys = new Set([...own, ...directoriesOf(item.call).map((ino) => `ino ${ino}`)]);
  for (const other of timeline.items) {
    if (other === undefined || !keysOf(other).some((key) => isInoKey(key) && keys.has(key)))
      continue;
    for (const name of namesOf(other.call)) keys.add(name);
  }
  // Backwards, since what counts is where a file came from.
  for (const other of timeline.items.toReversed()) {
    const names = other?.call.kind === 'rename' ? namesOf(other.call) : [];
    if (names.some((name) => keys.has(name))) for (const name of names) keys.add(name);
  }
  return keys;
}

function isInoKey(key: string): boolean {
  return key.startsWith('ino');
}

function keysOf(item: Item): string[] {
  const shown = item.outcome.status === 'ok' ? item.outcome.result : {};
  return [
    ...namesOf(item.call),
    ...('file' in item.call ? [`ino ${item.call.file}`] : []),
    ...(shown.attributes === undefined ? [] : [`ino ${shown.attributes.ino}`]),
    ...directoriesOf(item.call).map((ino) => `all of ${ino}`),
  ];
}

function directoriesOf(call: Call): number[] {
  return [
    ...('directory' in call ? [call.directory] : []),
    ...('toDirectory' in call ? [call.toDirectory] : []),
  ];
}

function namesOf(call: Call): string[] {
  return [
    ...('name' in call ? [`name ${call.directory} ${call.name}`] : []),
    ...('toName' in call ? [`name ${call.toDirectory} ${call.toName}`] : []),
  ];
}
