import type { Dirpath } from '../../../protocol/generated/mount.ts';
import type { Call } from '../../call.ts';
import { removeMount, removeMountsOf } from '../mount-list.ts';

/** RFC 1094 §A.5.4. What was never mounted is not mounted afterwards either. */
export function umnt(path: Dirpath, { service }: Call): void {
  removeMount(service.transaction, { address: service.caller.address, path });
}

/** RFC 1094 §A.5.5. */
export function umntall(_args: undefined, { service }: Call): void {
  removeMountsOf(service.transaction, service.caller.address);
}
