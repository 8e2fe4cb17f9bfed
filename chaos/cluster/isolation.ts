import { spawn } from 'node:child_process';
import { runTool, toolPath } from './run-tool.ts';

/** Tells the command that it was started again, in namespaces of its own. */
const isolatedMark = 'FUGA_CHAOS_ISOLATED';
const own = ['unshare', '--net', '--mount', '--propagation', 'private'];
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** True in a process with a network and mounts of its own: whatever it makes there is gone when it has ended. */
export function isIsolated(): boolean {
  return process.env[isolatedMark] === '1';
}

/** Why namespaces cannot be made here; undefined where they can. */
export async function isolationHindrance(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'only Linux has namespaces';
  return runTool(...own, 'ip', 'link', 'set', 'lo', 'up').then(
    () => undefined,
    () => 'no namespaces may be made (are you root, and are unshare and ip installed?)',
  );
}

/** Runs this very command again, isolated. Resolves with its exit code. */
export async function runIsolated(words: readonly string[]): Promise<number> {
  const [script = ''] = process.argv.slice(1);
  const [command = '', ...before] = own;
  const child = spawn(
    command,
    [...before, process.execPath, ...process.execArgv, script, ...words],
    {
      stdio: 'inherit',
      env: { ...process.env, PATH: toolPath, [isolatedMark]: '1' },
    },
  );
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        resolve(code ?? 1);
      });
    });
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}
