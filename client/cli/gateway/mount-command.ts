import { isIPv6 } from 'node:net';
import { type Endpoint, isWildcard } from '../../../environment/network.ts';

/** What mounts the alias from a gateway on Linux, as a line to be copied; `machine` is what others call this one. */
export function mountCommand(
  alias: string,
  nfsAt: Endpoint,
  mountAt: Endpoint,
  machine: string,
): string {
  const host = isWildcard(nfsAt.host) ? machine : nfsAt.host;
  const isSix = isIPv6(host);
  const protocol = isSix ? 'tcp6' : 'tcp';
  const options = [
    'hard',
    // There is no lock manager: locks hold on the client's own machine.
    'nolock',
    'vers=3',
    `proto=${protocol}`,
    `port=${nfsAt.port}`,
    `mountport=${mountAt.port}`,
    `mountproto=${protocol}`,
  ].join(',');
  return `mount -t nfs -o ${options} ${isSix ? `[${host}]` : host}:/${alias} /mnt`;
}
