import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namespaceHindrance, runInNamespace } from '../own-namespace.ts';

/*
 * The NFS client of Linux itself, in a kernel that runs as a process (user-mode Linux), on a mount of a pair whose primary is
 * killed meanwhile.
 */

const mounts = ['vers=3,proto=tcp,mountproto=tcp', 'vers=2,proto=tcp,mountproto=udp'];
const tools = ['linux.uml', 'modprobe', 'flock'];
const timeoutMs = 300_000;

test('Linux mounts a volume, works on it, and notices no takeover', {
  timeout: timeoutMs,
}, async (context) => {
  const reason = missing();
  if (reason !== undefined) context.skip(`the kernel's client is left out: ${reason}`);
  const output = await runInNamespace(join(import.meta.dirname, 'host.ts'), mounts);
  const lines = output.split('\n').map((line) => line.trimEnd());
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
  return namespaceHindrance(tools);
}
