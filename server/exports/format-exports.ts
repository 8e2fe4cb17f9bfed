import type { ExportRule } from './export-rule.ts';
import type { VolumeExports } from './volume-exports.ts';

/** An exported directory, for people. */
export interface ShownExport {
  readonly directory: string;
  readonly clients: readonly { readonly client: string; readonly options: string }[];
}

/** Every option is said, the defaults too. Names are bytes: what is no UTF-8 is shown with replacements. */
export function showExports(alias: string, exports: VolumeExports): ShownExport[] {
  return exports.list.map(({ names, clients }) => ({
    directory: Buffer.from(`/${[alias, ...names].join('/')}`, 'latin1').toString('utf8'),
    clients: clients.map(({ text, rule }) => ({ client: text, options: optionsOf(rule) })),
  }));
}

function optionsOf({ isReadOnly, isSecure, squash }: ExportRule): string {
  const { who, anonymous } = squash;
  return [
    isReadOnly ? 'ro' : 'rw',
    { none: 'no_root_squash', root: 'root_squash', all: 'all_squash' }[who],
    isSecure ? 'secure' : 'insecure',
    `anonuid=${anonymous.uid}`,
    `anongid=${anonymous.gid}`,
  ].join(',');
}
