import { InvalidArgumentError } from 'commander';
import type { Endpoint } from '../../../environment/network.ts';

const portMax = 65_535;

/** `127.0.0.1:2049`, `[::1]:2049`. */
export function parseListenAddress(text: string): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? NaN);
  if (host === undefined || !(port <= portMax)) {
    throw new InvalidArgumentError(
      'Expected an address and a port, such as 127.0.0.1:2049 or [::1]:2049.',
    );
  }
  return { host, port };
}

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 1 && port <= portMax)) {
    throw new InvalidArgumentError(`Expected a port, a number from 1 to ${portMax}.`);
  }
  return port;
}
