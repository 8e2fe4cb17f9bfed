import type { Service, ServiceContext, Table, VolumeServices } from '../../pa/index.ts';
import type { Crash } from './crash-adapter.ts';
import { CrashPoint, dispatchCounterProgramV1 } from './generated/counter.ts';

const totals: Table<number> = {
  prefix: '\x02t',
  encode: (total) => Buffer.from(String(total)),
  decode: (bytes) => Number(Buffer.from(bytes).toString()),
};
const key = 'total';

/** The same counter as a process pair: PA recognises what comes again, so its callers' names mean nothing here. */
export function pairCounter(crash: Crash): VolumeServices {
  const service: Service = {
    dispatch: dispatchCounterProgramV1<ServiceContext>({
      counterNull: () => undefined,

      add({ amount }, { transaction }) {
        crash.pass(CrashPoint.CRASH_REQUEST);
        const total = (transaction.get(totals, key) ?? 0) + amount;
        transaction.put(totals, key, total);
        return total;
      },

      total: (_, { transaction }) => transaction.get(totals, key) ?? 0,
      life: (_, { volume }) => volume.epoch,
      arm(point) {
        crash.arm(point);
      },
    }),
    reading: new Set(['counterNull', 'total', 'life', 'arm']),
  };
  return { services: [service] };
}

/** PA's own names for the last three moments. */
export function pairFailpoints(crash: Crash): { pass(point: string): void } {
  return {
    pass(point) {
      if (point === 'before-commit') crash.pass(CrashPoint.CRASH_COMMIT);
      if (point === 'after-commit-before-reply') crash.pass(CrashPoint.CRASH_REPLY);
    },
  };
}
