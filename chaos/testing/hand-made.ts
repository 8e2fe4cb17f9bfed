import type { Attributes, Call, Ino, Outcome } from '../history/call.ts';
import type { History, Operation } from '../history/history.ts';
import { blockBytes } from '../history/limits.ts';

/** Inode numbers of the roots of a hand-made history. */
export const shared = 1;
export const other = 2;
export const own = 3;
export const auditor = 9;

export const ok: Outcome = { status: 'ok', result: {} };
export const unknown: Outcome = { status: 'unknown' };

export function error(code: string): Outcome {
  return { status: 'error', code };
}

export function file(ino: Ino, blocks = 0, links = 1): Outcome {
  return { status: 'ok', result: { attributes: fileAttributes(ino, blocks, links) } };
}

export function directory(ino: Ino): Outcome {
  return {
    status: 'ok',
    result: { attributes: { ino, type: 'directory', links: 2, sizeBytes: 0 } },
  };
}

export function symlink(ino: Ino): Outcome {
  return { status: 'ok', result: { attributes: { ino, type: 'symlink', links: 1, sizeBytes: 0 } } };
}

export function content(ino: Ino, stamps: readonly string[], sizeBlocks = stamps.length): Outcome {
  return {
    status: 'ok',
    result: { attributes: fileAttributes(ino, sizeBlocks, 1), blocks: stamps },
  };
}

export function listing(...entries: readonly (readonly [string, Ino])[]): Outcome {
  return { status: 'ok', result: { entries } };
}

/** A line of a hand-made history: who, from when to when, what, and the answer. */
export type Line = readonly [
  client: number,
  begin: number,
  end: number,
  call: Call,
  outcome: Outcome,
];

/** Operations are numbered per client from 1, in the order of the lines. */
export function historyOf(...lines: readonly Line[]): History {
  const numbers = new Map<number, number>();
  const operations = lines.map(([client, begin, end, call, outcome]): Operation => {
    const number = (numbers.get(client) ?? 0) + 1;
    numbers.set(client, number);
    return {
      client,
      number,
      call,
      invokedMicroseconds: begin,
      respondedMicroseconds: outcome.status === 'unknown' ? undefined : end,
      outcome,
    };
  });
  return {
    header: {
      run: '00c0ffee',
      seed: 1,
      registration: true,
      roots: [
        { ino: shared, path: 'shared-0' },
        { ino: other, path: 'shared-1' },
        { ino: own, path: 'own-0' },
      ],
      auditor,
      clients: [],
    },
    operations,
    disturbances: [],
    takeovers: [],
    crashes: [],
  };
}

function fileAttributes(ino: Ino, blocks: number, links: number): Attributes {
  return { ino, type: 'file', links, sizeBytes: blocks * blockBytes };
}
