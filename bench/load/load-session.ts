import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint } from '../../environment/network.ts';
import { dropCache } from '../drop-cache.ts';
import { cpuTimeOf } from '../process-usage.ts';
import type { Sample } from './sample.ts';
import { openStockClient, type StockClient } from '../stock-client.ts';
import { LoadConnection, type NextCall } from './load-connection.ts';

/** A server under measurement, as a message tells it to the load generator. */
export interface LoadTarget {
  readonly name: string;
  readonly address: Endpoint;
  readonly mountAddress: Endpoint;
  /** What is mounted, without its first slash. */
  readonly exported: string;
  /** The process that serves. */
  readonly pid: number;
  /** Where it keeps its data. */
  readonly dataFolder: string;
}

/** Some calls that were made, and what they took. */
export interface Measured {
  readonly calls: number;
  readonly seconds: number;
  readonly clientUs: number;
  /** Undefined where the system does not tell. */
  readonly serverUs: number | undefined;
}

export interface Load {
  readonly connections: number;
  readonly outstanding: number;
  /** Without it, until there is no next call. */
  readonly durationMs?: number | undefined;
  readonly next: NextCall;
  /** What is still to be done when the time is over; nothing, where it is absent. */
  readonly finish?: NextCall | undefined;
}

const callsPerConnection = 8;
const largeFileBytes = 1_048_576;

let names = 0;

/** How many connections carry so many calls. */
export function connectionsFor(outstanding: number): number {
  return Math.ceil(outstanding / callsPerConnection);
}

/** The load generator's side of one server. */
export class LoadSession {
  readonly target: LoadTarget;
  readonly #connections: LoadConnection[] = [];
  readonly #prepared = new Map<string, Promise<unknown>>();
  #client: Promise<StockClient> | undefined;

  constructor(target: LoadTarget) {
    this.target = target;
  }

  /** For what is not measured. */
  client(): Promise<StockClient> {
    const { address, exported, mountAddress } = this.target;
    this.#client ??= openStockClient(address, exported, mountAddress);
    return this.#client;
  }

  /** What `make` gave the first time. */
  prepared<T>(what: string, make: () => Promise<T>): Promise<T> {
    const found = this.#prepared.get(what) ?? make();
    this.#prepared.set(what, found);
    return found as Promise<T>;
  }

  /** A new empty directory. */
  async directory(): Promise<Buffer> {
    const { root, makeDirectory } = await this.client();
    return makeDirectory(root, this.newName());
  }

  /** One that no session before this one had either: what an abandoned one made is still there. */
  newName(): string {
    names += 1;
    return `bench-${process.pid}-${names}`;
  }

  async measure({ connections, outstanding, durationMs, next, finish }: Load): Promise<Measured> {
    while (this.#connections.length < connections) {
      this.#connections.push(await LoadConnection.open(this.target.address));
    }
    let isOver = false;
    const timed: NextCall = (slot) => (isOver ? finish?.(slot) : next(slot));
    const slots = Math.ceil(outstanding / connections);
    const serverBefore = await this.#serverUs();
    const clientBefore = process.cpuUsage();
    const startMs = performance.now();
    const timer =
      durationMs === undefined
        ? undefined
        : setTimeout(() => {
            isOver = true;
          }, durationMs);
    try {
      const counts = await Promise.all(
        this.#connections
          .slice(0, connections)
          .map((each, index) => each.run(slots, index * slots, timed)),
      );
      const seconds = (performance.now() - startMs) / 1_000;
      const { user, system } = process.cpuUsage(clientBefore);
      const serverAfter = await this.#serverUs();
      return {
        calls: counts.reduce((sum, count) => sum + count, 0),
        seconds,
        clientUs: user + system,
        serverUs:
          serverBefore === undefined || serverAfter === undefined
            ? undefined
            : serverAfter - serverBefore,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next READs find nothing of the server's larger files in the system's memory. */
  async dropCaches(): Promise<void> {
    const { dataFolder } = this.target;
    const names = await readdir(dataFolder, { recursive: true });
    const paths: string[] = [];
    for (const path of names.map((name) => join(dataFolder, name))) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() === true && found.size >= largeFileBytes) paths.push(path);
    }
    dropCache(paths);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    (await this.#client)?.close();
  }

  #serverUs(): Promise<number | undefined> {
    return cpuTimeOf(this.target.pid).then(
      ({ allUs }) => allUs,
      () => undefined,
    );
  }
}

/** What was measured, in units of which each call is so many. */
export function sampleOf(measured: Measured, unitsPerCall = 1): Sample {
  const { calls, seconds, clientUs, serverUs } = measured;
  return {
    value: (calls * unitsPerCall) / seconds,
    calls,
    clientShare: clientUs / (seconds * 1e6),
    ...(serverUs === undefined ? {} : { serverUs: serverUs / calls }),
  };
}
