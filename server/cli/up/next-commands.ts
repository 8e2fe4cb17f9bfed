import { relative } from 'node:path';
import type { ClusterFile } from './cluster-file.ts';

/** Where `fuga up` keeps everything, and where other commands look for it, unless they are told. */
export const dataFolderDefault = './fuga-data';

/** What a newcomer may type next, as it has to be typed from here. `fugaPath`: what runs now. */
export function nextCommands(cluster: ClusterFile, data: string, fugaPath: string): string[] {
  const fuga = fugaCommand(fugaPath);
  const alias = cluster.aliases[0] ?? '';
  const primary = cluster.servers.find(({ roles }) => roles[alias] === 'primary');
  const where = data === dataFolderDefault ? '' : `FUGA_DATA=${data} `;
  return [
    `${where}${fuga} put README.md ${alias}:/`,
    `${where}${fuga} ls -l ${alias}:/`,
    `kill -9 ${primary?.pid ?? '...'}    # the primary: watch what happens here`,
    `${where}${fuga} cat ${alias}:/README.md`,
    `${where}${fuga} status`,
  ];
}

function fugaCommand(fugaPath: string): string {
  const path = relative('', fugaPath);
  return path.startsWith('bin/') ? `./${path}` : 'fuga';
}
