import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Debian gives it to the machine's own name (`/etc/hosts`). Systems with all of 127.0.0.0/8 can bind it without it being
 * an address of any interface.
 */
const ownNameAddress = '127.0.1.1';

/**
 * The addresses that a wildcard stands for now. `::` stands for those of IPv4 too, as it does for stream sockets. An
 * IPv6 address that means something on one link only carries that link: `fe80::1%eth0`.
 */
export function localAddresses(wildcard: string): Set<string> {
  const hosts = new Set<string>();
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family, scopeid } of addresses ?? []) {
      if (family === 'IPv4') hosts.add(address);
      else if (isIPv6(wildcard)) hosts.add(scopeid > 0 ? `${address}%${name}` : address);
    }
  }
  if (hosts.has('127.0.0.1')) hosts.add(ownNameAddress);
  return hosts;
}
