import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ServerPair } from '../cluster/server-pair.ts';

/*
 * `host.ts MOUNT-OPTIONS…`, in a network namespace of its own: a pair of servers, and a Linux kernel in user mode that
 * mounts it once with each list of options and works on it, while the primary is killed. Prints what the guest prints.
 */

const hostAddress = '10.99.0.1';
const guestAddress = '10.99.0.2';
const port = 2_049;
const workSeconds = 4;
const killAfterMs = 1_000;
const guestMemory = '512M';
const guestPatienceMs = 240_000;
const guestScript = join(import.meta.dirname, 'guest.ts');
const project = join(import.meta.dirname, '../..');

const mounts = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'fuga-kernel-'));
const pair = new ServerPair({ host: hostAddress, port });
try {
  makeNetwork();
  await pair.open();
  await pair.startPrimary('a');
  let [primary, backup] = ['a', 'b'];
  await pair.startBackup(backup);
  const swap = async (): Promise<void> => {
    await sleep(killAfterMs);
    await pair.kill(primary);
    await pair.tookOver(backup);
    await pair.startBackup(primary);
    [primary, backup] = [backup, primary];
  };
  let swaps = Promise.resolve();
  await runGuest((line) => {
    console.log(line);
    if (line.includes('now the primary may die')) swaps = swaps.then(swap);
  });
  await swaps;
} finally {
  await pair.close();
  rmSync(folder, { recursive: true, force: true });
}

function makeNetwork(): void {
  const ip = (...words: string[]): void => {
    execFileSync('ip', words, { stdio: 'inherit' });
  };
  ip('link', 'set', 'lo', 'up');
  ip('tuntap', 'add', 'tap0', 'mode', 'tap');
  ip('address', 'add', `${hostAddress}/24`, 'dev', 'tap0');
  ip('link', 'set', 'tap0', 'up');
}

/** The guest's root is this machine's, read-only; it ends when its script does. */
async function runGuest(onLine: (line: string) => void): Promise<void> {
  const init = join(folder, 'init.sh');
  writeFileSync(init, initScript());
  chmodSync(init, 0o755);
  const words = [
    `mem=${guestMemory}`,
    ...['rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init}`, 'quiet'],
    ...['con=null', 'con0=null,fd:1', 'ssl=null', 'eth0=tuntap,tap0', `uml_dir=${folder}`],
  ];
  const guest = spawn('linux.uml', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => guest.kill('SIGKILL'), guestPatienceMs);
  createInterface({ input: guest.stdout }).on('line', onLine);
  await new Promise((resolve) => guest.once('close', resolve));
  clearTimeout(timer);
}

function initScript(): string {
  const address = `${hostAddress}:/home`;
  const common = `hard,nolock,port=${port},mountport=${port},addr=${hostAddress},mountaddr=${hostAddress}`;
  const runs = mounts.map(
    (options) => `
echo "mount ${options}"
if mount -i -t nfs -o ${options},${common} ${address} /mnt/n; then
  cd /mnt/n
  node --import tsx ${guestScript} ${options.includes('vers=3') ? 'v3' : 'v2'} ${workSeconds}
  cd /
  umount /mnt/n && echo "ok unmount" || echo "not ok unmount"
else
  echo "not ok mount"
fi`,
  );
  return `#!/bin/sh
export PATH=${process.env.PATH ?? ''}:/usr/sbin:/sbin HOME=/root TSX_DISABLE_CACHE=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /run
mount -t tmpfs tmp /mnt
mkdir -p /run/modules/lib /mnt/n
ln -s /usr/lib/uml/modules /run/modules/lib/modules
for module in nfs nfsv2 nfsv3; do modprobe -d /run/modules $module; done
ip link set lo up
ip address add ${guestAddress}/24 dev eth0
ip link set eth0 up
ln -s ${project}/node_modules /mnt/node_modules
${runs.join('\n')}
echo o > /proc/sysrq-trigger
sleep 10
`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
