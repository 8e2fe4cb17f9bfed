import { join } from 'node:path';
import type { Endpoint } from '../../environment/network.ts';
import { findFuga } from './find-fuga.ts';
import { FugaChild } from './fuga-child.ts';

export interface GatewayOptions {
  /** The data folder of `fuga up`, which says where the servers are. */
  readonly folder: string;
  readonly alias: string;
  readonly signal: AbortSignal;
}

/** A gateway of this run's own, for stock clients. */
export interface RunningGateway {
  readonly address: Endpoint;
  close(): Promise<void>;
}

const host = '127.0.0.1';

export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { folder, alias, signal } = options;
  const child = new FugaChild({
    fuga: findFuga(),
    words: [
      'gateway',
      '--alias',
      alias,
      '--listen',
      `${host}:0`,
      '--state',
      join(folder, 'gateway'),
    ],
    environment: { FUGA_DATA: folder },
    logFile: join(folder, 'gateway.log'),
    readyText: 'mount -t nfs',
  });
  try {
    const line = await child.ready(signal);
    const port = Number(/,port=(\d+),/.exec(line)?.[1] ?? NaN);
    if (!Number.isInteger(port)) throw new Error(`the gateway names no port: ${line}`);
    return { address: { host, port }, close: () => child.end() };
  } catch (error) {
    await child.end();
    throw error;
  }
}
