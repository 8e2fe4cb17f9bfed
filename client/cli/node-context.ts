import { readFileSync } from 'node:fs';
import type { CliContext } from './context.ts';
import { ownerNames } from './owner-names.ts';

/** This process as the world of a command. */
export function nodeContext(): CliContext {
  const { env: environment, stdin, stdout, stderr } = process;
  const workingDirectory = process.cwd();
  const umask = process.umask(0);
  process.umask(umask);
  return {
    stdin,
    stdout,
    stderr,
    environment,
    workingDirectory,
    umask,
    nowMs: () => Date.now(),
    owners: ownerNames(
      () => readIfThere('/etc/passwd'),
      () => readIfThere('/etc/group'),
    ),
    cleanups: new Set(),
    openCluster: async (options) => {
      const { openCluster } = await import('./cluster/open-cluster.ts');
      return openCluster(options, { environment, workingDirectory });
    },
  };
}

/** Systems without the file have no names to show. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
