import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Place } from './place.ts';

const host = '127.0.0.1';
/**
 * Below those that systems give to clients (Linux: from 32,768, others: from 49,152): nobody gets one of these by chance
 * while a server that has it is down.
 */
const lowestPort = 20_000;
const highestPort = 32_000;

/** Places on the loopback interface, each with a port that was free. */
export async function loopbackPlaces(names: readonly string[]): Promise<Place[]> {
  const ports = new Set<number>();
  while (ports.size < names.length) {
    const port = randomInt(lowestPort, highestPort);
    if (await isFree(port)) ports.add(port);
  }
  const list = [...ports];
  return names.map((node, index) => ({ node, host, port: list[index] ?? 0, before: [] }));
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ host, port, exclusive: true });
  const isBound = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (isBound) await new Promise((resolve) => server.close(resolve));
  return isBound;
}
