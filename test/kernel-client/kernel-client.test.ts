import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/*
 * The NFS client of Linux itself, in a kernel that runs as a process (user-mode Linux), on a mount of a pair whose primary is
 * killed meanwhile.
 */

const mounts = ['vers=3,proto=tcp,mountproto=tcp', 'vers=2,proto=tcp,mountproto=udp'];
const tools = ['linux.uml', 'modprobe', 'ip', 'unshare', 'flock'];
const timeoutMs = 300_000;

test('Linux mounts a volume, works on it, and notices no takeover', {
  timeout: timeoutMs,
}, async (context) => {
  const reason = missing();
  if (reason !== undefined) context.skip(`the kernel's client is left out: ${reason}`);
  const lines = await runInNamespace();
  const results = lines.filter((line) => /^(not )?ok /.test(line));
  expect(results.filter((line) => line.startsWith('not'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('mount '))).toEqual(
    mounts.map((options) => `mount ${options}`),
  );
  const takeovers = 'ok nothing fails and nothing is lost while a server takes over';
  expect(results.filter((line) => line === takeovers).length).toBe(mounts.length);
  expect(results.filter((line) => line === 'ok unmount').length).toBe(mounts.length);
});

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make a network for it';
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  const absent = tools.filter((tool) => !isInstalled(tool));
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
}

function isInstalled(tool: string): boolean {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { env: { PATH: path } });
    return true;
  } catch {
    return false;
  }
}

/** Everything in there ends with `unshare`. */
async function runInNamespace(): Promise<string[]> {
  const own = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const host = join(import.meta.dirname, 'host.ts');
  const child = spawn('unshare', [...own, process.execPath, '--import', 'tsx', host, ...mounts], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, NO_COLOR: '1' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`ended with ${code}: ${output}\n${errors}`);
  return output.split('\n').map((line) => line.trimEnd());
}
