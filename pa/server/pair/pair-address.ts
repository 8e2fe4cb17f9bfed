import type { Endpoint } from '../../../environment/network.ts';

/** `host:port`, with brackets around an IPv6 address. */
export function formatPairAddress({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The inverse of `formatPairAddress`, for what stands in a claim: our own data, so that a bad one is a bug. */
export function parsePairAddress(address: string): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) throw new Error(`bad pair address ${address}`);
  return { host, port: Number(match[3]) };
}
