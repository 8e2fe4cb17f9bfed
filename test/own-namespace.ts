import { spawn, spawnSync } from 'node:child_process';

// Runs a script of ours as root of a network of its own, for what must have fixed ports or a kernel's interfaces.

const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
const own = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Why it cannot be done here; undefined where it can. */
export function namespaceHindrance(tools: readonly string[]): string | undefined {
  const absent = ['unshare', 'ip', ...tools].filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`], { env: { PATH: path } }).status !== 0,
  );
  if (absent.length > 0) return `not installed: ${absent.join(', ')}`;
  const { status } = spawnSync('unshare', [...own, 'true'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'no namespaces may be made';
}

/** What the script printed. Everything that it started ends with it. */
export async function runInNamespace(script: string, words: readonly string[]): Promise<string> {
  const child = spawn('unshare', [...own, process.execPath, '--import', 'tsx', script, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, NO_COLOR: '1' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`ended with ${code}: ${output}\n${errors}`);
  return output;
}
