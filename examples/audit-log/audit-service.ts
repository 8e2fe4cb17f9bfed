import type { Service, ServiceContext, Table, VolumeServices } from '../../pa/index.ts';
import { dispatchAuditProgramV1 } from './generated/audit.ts';

/** Entries by position; positions count from 1. */
const entries: Table<string> = {
  prefix: '\x02e',
  encode: (text) => Buffer.from(text, 'utf8'),
  decode: (bytes) => Buffer.from(bytes).toString('utf8'),
};

/** How many there are. */
const counts: Table<bigint> = {
  prefix: '\x02n',
  encode: (count) => Buffer.from(String(count)),
  decode: (bytes) => BigInt(Buffer.from(bytes).toString()),
};

const entryKey = (position: bigint): string => String(position).padStart(20, '0');

const service: Service = {
  dispatch: dispatchAuditProgramV1<ServiceContext>({
    auditNull: () => undefined,

    append(text, { transaction }) {
      const position = (transaction.get(counts, '') ?? 0n) + 1n;
      transaction.put(counts, '', position);
      transaction.put(entries, entryKey(position), text);
      return position;
    },

    entries: (from, { transaction }) =>
      transaction
        .range(entries, { from: entryKey(from), to: '\xff', limit: 1_000 })
        .map(({ key, value }) => ({ position: BigInt(key), text: value })),
  }),
  reading: new Set(['auditNull', 'entries']),
};

export const audit: VolumeServices = { services: [service] };
