import type { Disturbance, Header, History, Operation, Takeover } from './history.ts';
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
    healed: disturbance.healedMicroseconds,
    until: disturbance.untilMicroseconds,
  });
}

export function formatTakeover(takeover: Takeover): string {
  return JSON.stringify({
    takeover: takeover.node,
    epoch: takeover.epoch,
    accusation: takeover.accusation,
    began: takeover.beganMicroseconds,
    served: takeover.servedMicroseconds,
    milliseconds: takeover.takeoverMs,
    parts: takeover.partsMs,
  });
}

/** The whole history as lines, header first. */
export function formatHistory(history: History): string {
  return [
    formatHeader(history.header),
    ...history.disturbances.map(formatDisturbance),
    ...history.takeovers.map(formatTakeover),
    ...history.crashes.map((crash) => JSON.stringify({ crash })),
    ...history.operations.map(formatOperation),
    '',
  ].join('\n');
}
