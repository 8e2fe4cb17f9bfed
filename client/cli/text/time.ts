const monthNames = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
];
/** Half of a mean Gregorian year, as ls(1) counts it. */
const halfYearMs = 31_556_952_000 / 2;

/** `Nov 21 21:50`, or `Nov 21  2019` for what is older than half a year or in the future: as `ls -l` shows it. */
export function listTime(timeMs: number, nowMs: number): string {
  const date = new Date(timeMs);
  const day = `${monthNames[date.getMonth()] ?? ''} ${String(date.getDate()).padStart(2)}`;
  const isRecent = timeMs <= nowMs && timeMs > nowMs - halfYearMs;
  return isRecent
    ? `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
    : `${day}  ${date.getFullYear()}`;
}

/** `2026-01-02 03:04:05.678901000 +0100`, as `stat` shows it. */
export function exactTime(timeMs: number): string {
  const date = new Date(timeMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const microseconds = Math.round((timeMs - Math.floor(timeMs / 1000) * 1000) * 1000);
  const seconds = `${two(date.getSeconds())}.${String(microseconds).padStart(6, '0')}000`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${seconds} ${zone(date)}`;
}

/**
 * What `touch -d` understands: ISO 8601 (`2026-01-02`, `2026-01-02 03:04:05`, with or without a zone; local time without),
 * `@SECONDS`, `now`, `today`, `yesterday`, `tomorrow`, and what Date parses. Undefined for anything else.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const dayMs = 86_400_000;
  const relative: Readonly<Record<string, number>> = {
    now: nowMs,
    today: nowMs,
    yesterday: nowMs - dayMs,
    tomorrow: nowMs + dayMs,
  };
  const known = relative[text.trim().toLowerCase()];
  if (known !== undefined) return known;
  const seconds = /^@(-?\d+(?:\.\d+)?)$/.exec(text.trim())?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  // A day alone is local midnight, not midnight in Greenwich as Date has it.
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text.trim());
  const timeMs = new Date(isDay ? `${text.trim()}T00:00:00` : text.trim()).getTime();
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  return `${sign}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
