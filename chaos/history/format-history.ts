import type { Disturbance, Header, History, Operation } from './history.ts';
import { formatName, formatVersion } from './history.ts';

/** The first line of a history. Lines come without their newline. */
export function formatHeader(header: Header): string {
  return JSON.stringify({ format: formatName, version: formatVersion, ...header });
}

export function formatOperation(operation: Operation): string {
  return JSON.stringify({
    client: operation.client,
    number: operation.number,
    call: operation.call,
    invoked: operation.invokedMicroseconds,
    ...(operation.respondedMicroseconds === undefined
      ? {}
      : { responded: operation.respondedMicroseconds }),
    outcome: operation.outcome,
  });
}

export function formatDisturbance(disturbance: Disturbance): string {
  return JSON.stringify({
    event: disturbance.event,
    at: disturbance.atMicroseconds,
    node: disturbance.node,
    moment: disturbance.moment,
  });
}

/** The whole history as lines, header first. */
export function formatHistory(history: History): string {
  return [
    formatHeader(history.header),
    ...history.disturbances.map(formatDisturbance),
    ...history.operations.map(formatOperation),
    '',
  ].join('\n');
}
