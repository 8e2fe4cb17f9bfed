import type { Exportlist } from '../../../protocol/generated/mount.ts';
import type { Call } from '../../call.ts';

/** RFC 1094 §A.5.6: what is exported, and to whom; `*` is everybody. */
export function exportList(_args: undefined, { exports, service }: Call): Exportlist {
  return exports.list.map(({ names, clients }) => ({
    directory: `/${[service.volume.alias, ...names].join('/')}`,
    groups: clients.map(({ text }) => ({ group: text })),
  }));
}
