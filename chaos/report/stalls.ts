import { firstNotBelow } from '../../stable-area/sorted.ts';
import type { Disturbance, History, Operation } from '../history/history.ts';

export interface Stall {
  readonly kind: string;
  readonly node: string;
  readonly moment: string;
  readonly atMicroseconds: number;
  readonly untilMicroseconds: number;
  /** Somebody took over meanwhile. */
  readonly takenOver: boolean;
  /**
   * Of clients that follow the volume: Fuga's own, and those of a gateway. Null if none of them was there, or answered again.
   */
  readonly stallMs: number | null;
  /** Of stock clients of the servers, which wait until their connection breaks. */
  readonly stockStallMs: number | null;
}

/**
 * What each disturbance cost the clients: the longest time that any of them went without a reply, from the disturbance until
 * everything was as before, and at least up to the client's first reply to a call that it sent after it. (A reply that was
 * under way already ends no stall.)
 */
export function stallsOf(history: History): Stall[] {
  const { header, disturbances, takeovers } = history;
  const clients = repliesByClient(history);
  const isStock = (client: number): boolean => header.clients[client] === 'stock';
  return disturbances.map((disturbance) => {
    const { event, node, moment, atMicroseconds } = disturbance;
    const { untilMicroseconds = atMicroseconds } = disturbance;
    const longest = (those: (client: number) => boolean): number | null => {
      const gaps = [...clients].flatMap(([client, operations]) =>
        those(client) ? (gapOf(disturbance, operations) ?? []) : [],
      );
      return gaps.length === 0 ? null : Math.max(...gaps) / 1000;
    };
    return {
      kind: event,
      node,
      moment,
      atMicroseconds,
      untilMicroseconds,
      takenOver: takeovers.some(
        ({ servedMicroseconds: at }) => at > atMicroseconds && at <= untilMicroseconds,
      ),
      stallMs: longest((client) => !isStock(client)),
      stockStallMs: longest(isStock),
    };
  });
}

/** Without those of the auditor, in the order of their replies. */
function repliesByClient({ header, operations }: History): Map<number, Operation[]> {
  const clients = new Map<number, Operation[]>();
  const answered = operations
    .filter(({ client, respondedMicroseconds }) => {
      return client !== header.auditor && respondedMicroseconds !== undefined;
    })
    .sort((a, b) => endOf(a) - endOf(b));
  for (const operation of answered) {
    const list = clients.get(operation.client);
    if (list === undefined) clients.set(operation.client, [operation]);
    else list.push(operation);
  }
  return clients;
}

/** In microseconds. `operations`: those of one client, in the order of their replies. */
function gapOf(disturbance: Disturbance, operations: readonly Operation[]): number | undefined {
  const { atMicroseconds, untilMicroseconds = atMicroseconds } = disturbance;
  let last = atMicroseconds;
  let longest = 0;
  const first = firstNotBelow(operations, (operation) => endOf(operation) <= atMicroseconds);
  for (let index = first; index < operations.length; index += 1) {
    const operation = operations[index];
    if (operation === undefined) break;
    longest = Math.max(longest, endOf(operation) - last);
    last = endOf(operation);
    const isNew = operation.invokedMicroseconds > atMicroseconds;
    if (isNew && last >= untilMicroseconds) return longest;
  }
  return undefined;
}

function endOf({ respondedMicroseconds }: Operation): number {
  return respondedMicroseconds ?? Infinity;
}
