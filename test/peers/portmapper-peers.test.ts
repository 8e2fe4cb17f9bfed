import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namespaceHindrance, runInNamespace } from '../own-namespace.ts';

// Debian's rpcinfo and showmount, on our portmapper and on Debian's rpcbind: they know port 111 only, so that each run has
// a network of its own.

const mountPort = 20_048;
const host = join(import.meta.dirname, 'portmapper-host.ts');

/** What `portmapper-host.ts` prints. */
interface Said {
  readonly ports: readonly number[];
  readonly list: string;
  readonly calls: readonly string[];
  readonly ours: { readonly code: number; readonly output: string };
  readonly ourCall: { readonly code: number; readonly output: string };
  readonly showmount: readonly string[];
  readonly callsOverIPv6?: readonly string[];
  readonly takenOver?: string;
  readonly callsThen?: readonly string[];
  readonly end?: string;
}

const ready = [2, 3, 2, 3].map(
  (version) => `program 100003 version ${version} ready and waiting\n`,
);

test.for(['own', 'rpcbind'])(
  'rpcinfo and showmount find everything: %s',
  async (which, context) => {
    const reason = namespaceHindrance(['rpcinfo', 'rpcbind', 'showmount']);
    if (reason !== undefined) context.skip(`rpcinfo and showmount are left out: ${reason}`);
    const said = JSON.parse(await runInNamespace(host, [which])) as Said;
    const [port = 0, nextPort = 0] = said.ports;

    expect(rows(said.list)).toEqual(expect.arrayContaining(registered(port)));
    expect(rows(said.list).filter((row) => row.startsWith('100000'))).toHaveLength(6);
    expect(said.calls).toEqual(ready);
    expect(said.ours.code).toBe(0);
    expect(said.ours.output).toMatch(/^100005 +3 +udp +[\d.]+\.78\.80 +mountd/m);
    expect(said.ourCall).toMatchObject({
      code: 0,
      output: `program 100005 (mountd) version 3 ready and waiting, udp port ${mountPort}\n`,
    });
    const [exports, all, directories] = said.showmount.map((text) => text.trim().split(/\s+/));
    expect(exports).toEqual(['/home', '127.0.0.0/8,10.0.0.0/8', '/home/sub', '*']);
    expect(all).toEqual(['127.0.0.1:/home']);
    expect(directories).toEqual(['/home']);
    if (which === 'own') return;

    expect(said.callsOverIPv6).toEqual([ready[1], ready[1]]);
    // A successor replaces what the dead one left, and takes its own back when it ends.
    expect(rows(said.takenOver)).toEqual(expect.arrayContaining(registered(nextPort)));
    expect(rows(said.takenOver)).toHaveLength(rows(said.list).length);
    expect(said.callsThen).toEqual(ready);
    expect(rows(said.end).filter((row) => !row.startsWith('100000'))).toEqual([]);
  },
);

function registered(port: number): string[] {
  return ['tcp', 'udp'].flatMap((transport) => [
    ...[2, 3].map((version) => `100003 ${version} ${transport} ${port} nfs`),
    ...[1, 2, 3].map((version) => `100005 ${version} ${transport} ${mountPort} mountd`),
  ]);
}

/** Of `rpcinfo -p`, without its head. */
function rows(list = ''): string[] {
  const lines = list.split('\n').map((line) => line.trim().split(/\s+/).join(' '));
  return lines.filter((line) => /^\d/.test(line));
}
