import type { Service, ServiceContext } from '../../../pa/server/service.ts';
import { dispatchHashtableProgV1 } from '../../../examples/hash-table/generated/hashtable.ts';
import type { Table } from '../../../stable-area/records/record-store.ts';

/** Beside the file system's records, and none of them. */
export const tablePrefix = '\x02z';

const values: Table<number> = {
  prefix: tablePrefix,
  encode: (value) => Buffer.from(String(value)),
  decode: (bytes) => Number(Buffer.from(bytes).toString()),
};

/**
 * A table whose PUT writes without a look at what was there, as no procedure of the file system does: so a record is loaded for
 * one call while another one changes it.
 */
export function createTableService(): Service {
  return {
    dispatch: dispatchHashtableProgV1<ServiceContext>({
      put({ key, value }, { transaction }) {
        transaction.put(values, key, value);
        return 1;
      },
      getvalue: (key, { transaction }) => transaction.get(values, key) ?? 0,
      getkeys: () => [],
    }),
    reading: new Set(['getvalue', 'getkeys']),
  };
}
