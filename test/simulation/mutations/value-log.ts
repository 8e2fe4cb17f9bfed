import type { Mutation } from './mutation.ts';

const valueLog = 'stable-area/value-log/value-log.ts';
const appender = 'stable-area/value-log/segment-appender.ts';

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
        find: '    return stored;',
        replace: `    await this.remove([...this.#empty.values()].filter((segment) => this.#isFinished(segment)));
    return stored;`,
      },
    ],
  },
  {
    name: 'MOVE_STALE_VALUE',
    what: 'the cleaner moves a value that was replaced since it looked',
    changes: [
      {
        file: valueLog,
        find: '      if (isStale && value !== undefined) continue;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'APPEND_TO_EARLIER_EPOCH',
    what: 'a holder goes on in the segment in which an earlier one has stopped',
    changes: [
      {
        file: valueLog,
        find: '    return new ValueLog(parts, engine, await SegmentUse.load(engine));',
        replace: `    const { folder, directory } = parts;
    const segments = (await folder.list(directory)).map(parseSegmentName);
    const rank = ({ epoch, number }) => epoch * 1e6 + number;
    const [last] = segments.filter(Boolean).sort((a, b) => rank(b) - rank(a));
    const status = last && (await folder.status(directory + '/' + segmentName(last)));
    const goesOn = status && { ...last, position: status.sizeBytes };
    return new ValueLog({ ...parts, goesOn }, engine, await SegmentUse.load(engine));`,
      },
      {
        file: valueLog,
        find: '    return epoch < this.#parts.epoch || number < firstNeeded;',
        replace: `    const own = this.#parts.goesOn?.epoch ?? this.#parts.epoch;
    return epoch === own ? number < firstNeeded : epoch < this.#parts.epoch;`,
      },
      {
        file: valueLog,
        find: 'segment.epoch < epoch &&',
        replace: 'segment.epoch < (this.#parts.goesOn?.epoch ?? epoch) &&',
      },
      {
        file: appender,
        find: '    this.#parts = parts;\n',
        replace: `    const { goesOn } = parts;
    this.#parts = { ...parts, epoch: goesOn?.epoch ?? parts.epoch };
    this.#segment = goesOn?.number ?? 1;
    this.#position = goesOn?.position ?? 0;\n`,
      },
    ],
  },
];
