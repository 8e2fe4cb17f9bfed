/** What can be said of a numeric address by its form; sockets themselves are the adapters' business. */

export function isIPv6(host: string): boolean {
  return host.includes(':');
}

/** Of this machine itself: no datagram or connection of another one can claim to come from there. */
export function isLoopback(host: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';
}

/** `fe80::1%eth0` says on which link, which only this machine understands. */
export function withoutLink(host: string): string {
  return host.replace(/%.*$/, '');
}

export function isNumericAddress(host: string): boolean {
  if (isIPv6(host)) return /^[0-9a-f:.]{2,45}$/i.test(host);
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}
