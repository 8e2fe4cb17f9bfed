import { spawn, spawnSync } from 'node:child_process';
import { ServerPair } from '../cluster/server-pair.ts';
import { runFuga, until } from '../up/up-process.ts';

/*
 * `portmapper-host.ts own|rpcbind`, in namespaces of its own, where port 111 and /run are free: servers that are registered
 * with our portmapper or with rpcbind, and the tools that people have, which ask there. Prints what those say, as JSON.
 */

const mountPort = 20_048;
const host = '127.0.0.1';
const which = process.argv[2] === 'own' ? 'own' : 'rpcbind';
const exported = ['/home 127.0.0.0/8(rw,no_root_squash) 10.0.0.0/8', '/home/sub *'];
const pair = new ServerPair({
  words: [
    ...['--mount-port', `${mountPort}`],
    ...exported.flatMap((line) => ['--export', line]),
    // By turns: IPv4 alone, and all addresses of both families.
    ...(which === 'own' ? ['--portmapper'] : ['--advertise', host]),
  ],
  ...(which === 'own' ? {} : { host: '::' }),
});

/** Everything that a tool said; the name of a failure is in it. */
function say(tool: string, ...words: string[]): string {
  const { stdout, stderr } = spawnSync(tool, words, { encoding: 'utf8', timeout: 30_000 });
  return stdout + stderr;
}

async function listed(what: string, isThere: (list: string) => boolean): Promise<string> {
  return until(what, () => {
    const list = say('rpcinfo', '-p', host);
    return isThere(list) ? list : undefined;
  });
}

/** Two versions of NFS, three of MOUNT, over both transports. */
function isComplete(list: string, port: number): boolean {
  const rows = (at: number): number => list.split(` ${at} `).length - 1;
  return rows(port) === 4 && rows(mountPort) === 6;
}

const calls = (): string[] =>
  ['tcp', 'udp'].flatMap((transport) =>
    ['2', '3'].map((version) => say('rpcinfo', '-T', transport, host, 'nfs', version)),
  );

const callsOverIPv6 = (): string[] =>
  ['tcp6', 'udp6'].map((netid) => say('rpcinfo', '-T', netid, '::1', 'nfs', '3'));

const said: Record<string, unknown> = {};
try {
  for (const [tool = '', ...words] of [
    ['ip', 'link', 'set', 'lo', 'up'],
    ['mount', '-t', 'tmpfs', 'none', '/run'],
  ]) {
    said[tool] = say(tool, ...words);
  }
  if (which === 'rpcbind') {
    spawn('rpcbind', ['-f'], { stdio: 'ignore' });
    await listed('rpcbind answers', (list) => list.includes('portmapper'));
  }
  await pair.open();
  const ports = [await pair.startPrimary('a')];
  said.ports = ports;
  said.list = await listed('all is registered', (list) => isComplete(list, ports[0] ?? 0));
  said.calls = calls();
  said.ours = await runFuga(['rpcinfo', host]);
  said.ourCall = await runFuga(['rpcinfo', host, 'mountd', '3', 'udp']);
  // Fuga's own clients mount too.
  await runFuga(['ls', 'home:/', '--pam', pair.pamUrl]);
  said.showmount = ['-e', '-a', '-d'].map((option) =>
    say('showmount', '--no-headers', option, host),
  );
  if (which === 'rpcbind') {
    said.callsOverIPv6 = callsOverIPv6();
    await pair.startBackup('b');
    await pair.kill('a');
    const port = await pair.tookOver('b');
    said.takenOver = await listed('b is registered', (list) => isComplete(list, port));
    said.callsThen = calls();
    ports.push(port);
    process.kill(pair.pidOf('b'), 'SIGTERM');
    said.end = await listed('nothing is registered any more', (list) => !/nfs|mountd/.test(list));
  }
} finally {
  await pair.close();
}
console.log(JSON.stringify(said));
// rpcbind ends with the namespace.
process.exit(0);
