import type { MessageFault } from './faulty-network.ts';
import { CrashPoint } from './generated/counter.ts';

/** One thing that goes wrong in the middle of some additions. */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'message'; readonly fault: MessageFault }
  | { readonly kind: 'crash'; readonly point: CrashPoint; readonly withPam?: boolean };

export const faults: readonly (readonly [string, Fault])[] = [
  ['nothing', { kind: 'none' }],
  ['the request is lost', { kind: 'message', fault: 'request-lost' }],
  ['the reply is lost', { kind: 'message', fault: 'reply-lost' }],
  ['the request comes twice', { kind: 'message', fault: 'request-doubled' }],
  ['the server dies with the request', { kind: 'crash', point: CrashPoint.CRASH_REQUEST }],
  ['the server dies before it stores', { kind: 'crash', point: CrashPoint.CRASH_COMMIT }],
  ['the server dies before it replies', { kind: 'crash', point: CrashPoint.CRASH_REPLY }],
  ['the server dies when it has replied', { kind: 'crash', point: CrashPoint.CRASH_REPLIED }],
  [
    'server and PAM die before the reply',
    { kind: 'crash', point: CrashPoint.CRASH_REPLY, withPam: true },
  ],
];

/** Of what one way counted. */
export interface Cell {
  readonly counted: number;
  readonly givenUp: number;
}

const nameWidth = 38;
const cellWidth = 28;

export function headOf(names: readonly string[]): string {
  return (
    ' '.repeat(nameWidth) +
    names
      .map((name) => name.padEnd(cellWidth))
      .join('')
      .trimEnd()
  );
}

export function rowOf(name: string, cells: readonly Cell[], right: number): string {
  return (
    name.padEnd(nameWidth) +
    cells
      .map((cell) => textOf(cell, right))
      .join('')
      .trimEnd()
  );
}

function textOf({ counted, givenUp }: Cell, right: number): string {
  const verdict = counted === right ? '' : counted > right ? ' TOO MUCH' : ' TOO LITTLE';
  const doubt = givenUp === 0 ? '' : ` (${givenUp} in doubt)`;
  return `${counted}${verdict}${doubt}`.padEnd(cellWidth);
}
