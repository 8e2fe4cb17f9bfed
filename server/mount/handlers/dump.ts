import type { Mountlist } from '../../../protocol/generated/mount.ts';
import type { Call } from '../../call.ts';
import { listMounts } from '../mount-list.ts';

/** RFC 1094 §A.5.3. */
export function dump(_args: undefined, { service }: Call): Mountlist {
  return listMounts(service.transaction).map(({ address, path }) => ({
    hostname: address,
    directory: path,
  }));
}
