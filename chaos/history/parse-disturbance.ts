import type { Disturbance, Takeover } from './history.ts';
import { FieldError, type Fields } from './json-fields.ts';

/** The line of something that was done to the servers. Throws FieldError. */
export function parseDisturbance(fields: Fields): Disturbance {
  return {
    event: fields.text('event'),
    atMicroseconds: fields.count('at'),
    node: fields.text('node'),
    moment: fields.text('moment'),
    ...(fields.has('healed') ? { healedMicroseconds: fields.count('healed') } : {}),
    ...(fields.has('until') ? { untilMicroseconds: fields.count('until') } : {}),
  };
}

export function parseTakeover(fields: Fields): Takeover {
  return {
    node: fields.text('takeover'),
    epoch: fields.count('epoch'),
    accusation: fields.text('accusation'),
    beganMicroseconds: fields.count('began'),
    servedMicroseconds: fields.count('served'),
    takeoverMs: parseMilliseconds(fields.value('milliseconds')),
    partsMs: Object.fromEntries(
      fields
        .fields('parts')
        .entries()
        .map(([part, value]) => [part, parseMilliseconds(value)]),
    ),
  };
}

function parseMilliseconds(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new FieldError('a time in milliseconds is not a number from 0 on');
}
