import type { Service, ServiceContext, Table, VolumeServices } from '../../pa/index.ts';
import { dispatchHashtableProgV1 } from './generated/hashtable.ts';

/** One record for each key. `\x02` is where a service's own records begin. */
const values: Table<number> = {
  prefix: '\x02h',
  encode: (value) => Buffer.from(String(value)),
  decode: (bytes) => Number(Buffer.from(bytes).toString()),
};

/** A key of the table as the key of a record: one character per byte. */
const recordKey = (key: string): string => Buffer.from(key, 'utf8').toString('latin1');
const tableKey = (key: string): string => Buffer.from(key, 'latin1').toString('utf8');

const service: Service = {
  dispatch: dispatchHashtableProgV1<ServiceContext>({
    /** 1 if the key is new, 0 if its value was replaced: a put that is executed twice would tell it wrong. */
    put({ key, value }, { transaction }) {
      const isNew = transaction.get(values, recordKey(key)) === undefined;
      transaction.put(values, recordKey(key), value);
      return isNew ? 1 : 0;
    },

    /** -1 for a key that is not there, as in the lecture. */
    getvalue: (key, { transaction }) => transaction.get(values, recordKey(key)) ?? -1,

    getkeys: (_, { transaction }) =>
      transaction
        .range(values, { from: '', to: '\xff'.repeat(257), limit: 1_000 })
        .map((record) => tableKey(record.key)),
  }),
  reading: new Set(['getvalue', 'getkeys']),
};

/** The lecture's hash table. That its replies are registered with its changes is PA's doing. */
export const hashTable: VolumeServices = { services: [service] };
