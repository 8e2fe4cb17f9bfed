import type { Transaction } from '../../stable-area/records/record-store.ts';
import { firstCookie, rootIno } from './records/inode.ts';
import { putInode } from './records/inode-records.ts';
import { onlyKey } from './records/keys.ts';
import { identities, type Quota, states } from './records/volume-records.ts';
import { timeOf } from './time.ts';

/**
 * Everybody may make files in a new volume and nobody may take another's away, as in `/tmp`: it serves users from its
 * first moment, those whose root is squashed included. Who wants it otherwise changes the root's mode.
 */
const rootMode = 0o1777;
const noLimits: Quota = { bytes: undefined, inodes: undefined };

/** Makes an empty volume where there is none. `quota`: when given, takes the place of what the volume has. */
export function initialiseVolume(
  context: { readonly transaction: Transaction; readonly nowMicroseconds: number },
  settings: { readonly newSecret: () => Buffer; readonly quota?: Quota | undefined },
): void {
  const { transaction, nowMicroseconds } = context;
  const { newSecret, quota } = settings;
  const state = transaction.get(states, onlyKey);
  if (state !== undefined) {
    if (quota === undefined) return;
    if (quota.bytes === state.quota.bytes && quota.inodes === state.quota.inodes) return;
    transaction.put(states, onlyKey, { ...state, quota });
    return;
  }
  const now = timeOf(nowMicroseconds);
  transaction.put(identities, onlyKey, { handleSecret: newSecret() });
  putInode(transaction, {
    type: 'directory',
    ino: rootIno,
    mode: rootMode,
    uid: 0,
    gid: 0,
    nlink: 2,
    atime: now,
    mtime: now,
    ctime: now,
    parent: rootIno,
    entryCount: 0,
    nextCookie: firstCookie,
  });
  transaction.put(states, onlyKey, {
    nextIno: rootIno + 1,
    nextContentId: 1,
    usedBytes: 0,
    usedInodes: 1,
    quota: quota ?? noLimits,
    clockMicroseconds: nowMicroseconds,
    freeHead: 0,
    freeTail: 0,
  });
}
