import type { DispatchTable } from '../../xdr/program.ts';
import type { CounterFile } from './counter-file-adapter.ts';
import type { Crash } from './crash-adapter.ts';
import { CrashPoint, dispatchCounterProgramV1 } from './generated/counter.ts';

/**
 * A plain RPC server. `remembers`: it keeps its replies by caller and number, in memory as NFS servers do, so that a call
 * that comes again is answered and not executed; with the process that memory is gone.
 */
export function plainCounter(
  file: CounterFile,
  crash: Crash,
  remembers: boolean,
): DispatchTable<undefined> {
  const replies = new Map<string, number>();
  return dispatchCounterProgramV1<undefined>({
    counterNull: () => undefined,

    add({ caller, number, amount }) {
      crash.pass(CrashPoint.CRASH_REQUEST);
      const id = `${caller} ${number}`;
      const known = replies.get(id);
      if (known !== undefined) return known;
      const total = file.total + amount;
      crash.pass(CrashPoint.CRASH_COMMIT);
      file.store(total);
      if (remembers) replies.set(id, total);
      crash.pass(CrashPoint.CRASH_REPLY);
      return total;
    },

    total: () => file.total,
    life: () => file.life,
    arm(point) {
      crash.arm(point);
    },
  });
}
