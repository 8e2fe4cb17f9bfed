import type { Mutation } from './mutation.ts';

const valueLog = 'stable-area/value-log/value-log.ts';

/** Rules of ARCHITECTURE "Bulk data lie in a value log", each broken. */
export const valueLogMutations: readonly Mutation[] = [
  {
    name: 'VALUES_NOT_SYNCED',
    what: 'a batch is written before the segments that it names are synced',
    changes: [
      {
        file: valueLog,
        find: 'const synced = this.#appender.synced(pending?.frame ?? 0);',
        replace: 'const synced = pending?.frame;',
      },
    ],
  },
  {
    name: 'SEGMENT_REMOVED_EARLY',
    what: 'a segment is removed before the batch that empties it is written',
    changes: [
      {
        file: valueLog,
        find: '    return [...stored, ...counts];',
        replace: `    await this.remove([...this.#empty.values()].filter((segment) => this.#isFinished(segment)));
    return [...stored, ...counts];`,
      },
    ],
  },
];
