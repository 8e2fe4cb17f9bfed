import type { Timers } from '../../environment/clock.ts';
import type { Link, Sender } from './link.ts';

/** Lets the server forget a client at once; resolves when it has, and in any case after some time. */
export function sayGoodbye(
  link: Link,
  sender: Sender,
  timers: Timers,
  patienceMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const timeout = timers.after(patienceMs, resolve);
    void link.goodbye(sender).then(() => {
      timeout.cancel();
      resolve();
    });
  });
}
