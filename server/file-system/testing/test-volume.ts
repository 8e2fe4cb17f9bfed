import { freeStep } from '../content/free.ts';
import type { OperationContext } from '../context.ts';
import { initialiseVolume } from '../initialise.ts';
import { type Principal, root } from '../principal.ts';
import type { Quota } from '../records/volume-records.ts';
import { VolumeDraft } from '../volume-draft.ts';
import { MemoryRecords } from './memory-records.ts';

/** An initialised volume in memory, with a clock that a test sets. */
export class TestVolume {
  readonly records = new MemoryRecords();
  principal: Principal = root;
  nowMicroseconds = 1_000_000_000_000_000;
  admitsGrowth = true;
  quotaStatus: OperationContext['quotaStatus'] = 'NOSPC';

  constructor(quota?: Partial<Quota>) {
    this.setQuota({ bytes: undefined, inodes: undefined, ...quota });
  }

  setQuota(quota: Quota): void {
    this.records.execute((transaction) => {
      initialiseVolume(
        { transaction, nowMicroseconds: this.nowMicroseconds },
        { newSecret: () => Buffer.alloc(32, 7), quota },
      );
    });
  }

  /** Executes one operation as one call, in this principal's name. */
  run<R>(operation: (context: OperationContext) => R, principal = this.principal): R {
    const { nowMicroseconds, admitsGrowth, quotaStatus } = this;
    return this.records.execute((transaction) =>
      operation({ transaction, principal, nowMicroseconds, admitsGrowth, quotaStatus }),
    );
  }

  /** One step of freeing content. */
  freeStep(): boolean {
    return this.run((context) => {
      const volume = new VolumeDraft(context);
      const freed = freeStep(volume);
      if (freed) volume.store();
      return freed;
    });
  }

  freeAll(): void {
    while (this.freeStep());
  }
}

export function user(uid: number, gid = uid, groups: readonly number[] = []): Principal {
  return { uid, gid, groups };
}
