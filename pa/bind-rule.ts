import { PaError } from './error.ts';

/** True for an address that only this machine can reach (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). Names other than localhost are not. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^::ffff:/, '');
  return plain === 'localhost' || plain === '::1' || isLoopbackIpv4(plain);
}

/** Without a cluster secret whoever reaches a port can give it orders: throws a PaError `PA_BIND` unless the host is loopback. */
export function assertMayBind(host: string, hasSecret: boolean): void {
  if (hasSecret || isLoopback(host)) return;
  throw new PaError(
    'PA_BIND',
    `refusing to listen on ${host} without a cluster secret: anybody on the network could take an alias over. ` +
      'Pass --secret-file FILE (`fuga secret FILE` makes one; copy it to every machine of the cluster), or listen on 127.0.0.1',
  );
}

function isLoopbackIpv4(host: string): boolean {
  const parts = host.split('.');
  return (
    parts.length === 4 &&
    parts[0] === '127' &&
    parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  );
}
