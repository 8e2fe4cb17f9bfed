/** A point in time as the protocols have it: seconds since 1970 and nanoseconds within the second. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Microseconds are exact in a number until the year 2255. */
export function timeOf(microseconds: number): Time {
  const seconds = Math.floor(microseconds / 1_000_000);
  return { seconds, nanoseconds: (microseconds - seconds * 1_000_000) * 1000 };
}

export function microsecondsOf(time: Time): number {
  return time.seconds * 1_000_000 + Math.floor(time.nanoseconds / 1000);
}
