import { PMAP_IPPROTO_TCP, PMAP_IPPROTO_UDP } from '../../protocol/generated/portmap.ts';
import { type Endpoint, isWildcard } from '../../environment/network.ts';
import type { RpcTransport } from '../server/connection.ts';
import { isIPv6 } from './ip-address.ts';

/** RFC 1833 §2: what RPCBPROC_GETADDRLIST says of a transport. */
const semantics = { connectionless: 1, connected: 3 } as const;

/** RFC 5665 §5.1: the transports that programs are registered for. */
export const netids = {
  tcp: { transport: 'tcp', family: 'inet', semantics: semantics.connected },
  udp: { transport: 'udp', family: 'inet', semantics: semantics.connectionless },
  tcp6: { transport: 'tcp', family: 'inet6', semantics: semantics.connected },
  udp6: { transport: 'udp', family: 'inet6', semantics: semantics.connectionless },
} as const;

export type Netid = keyof typeof netids;

export function isNetid(name: string): name is Netid {
  return Object.hasOwn(netids, name);
}

/** The transport of a message that came to or goes to `host`. */
export function netidOf(transport: RpcTransport, host: string): Netid {
  return isIPv6(host) ? `${transport}6` : transport;
}

/** Version 2 knows IPv4 alone, and its transports by the numbers that the IP header has for them. */
export function netidOfProtocol(protocol: number): Netid | undefined {
  if (protocol === PMAP_IPPROTO_TCP) return 'tcp';
  return protocol === PMAP_IPPROTO_UDP ? 'udp' : undefined;
}

/** Undefined for IPv6. */
export function protocolOf(netid: Netid): number | undefined {
  if (netid === 'tcp') return PMAP_IPPROTO_TCP;
  return netid === 'udp' ? PMAP_IPPROTO_UDP : undefined;
}

/** What is reached when TCP and UDP listen at `bound`: `::` takes IPv4 too. */
export function addressesOf(bound: Endpoint): { netid: Netid; address: Endpoint }[] {
  const { host, port } = bound;
  const hosts = host === '::' ? ['0.0.0.0', '::'] : [host];
  return hosts.flatMap((each) =>
    (['tcp', 'udp'] as const).map((transport) => ({
      netid: netidOf(transport, each),
      address: { host: each, port },
    })),
  );
}

/** The address that a client is told: that at which it asked, where all of the machine's serve. */
export function addressForClient(registered: Endpoint, asked: Endpoint): Endpoint | undefined {
  if (!isWildcard(registered.host)) return registered;
  if (isIPv6(registered.host) !== isIPv6(asked.host)) return undefined;
  return { host: asked.host, port: registered.port };
}
