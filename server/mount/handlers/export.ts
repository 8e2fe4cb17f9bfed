import type { Exportlist } from '../../../protocol/generated/mount.ts';
import type { Call } from '../../call.ts';

/** RFC 1094 §A.5.6: the volume, for everybody. */
export function exportList(_args: undefined, { service }: Call): Exportlist {
  return [{ directory: `/${service.volume.alias}`, groups: [] }];
}
