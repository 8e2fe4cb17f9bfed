import type { Timers } from '../clock.ts';
import type { Endpoint, Listener, Network, Stream } from '../network.ts';
import { MemoryStream, type MemoryStreamOptions } from './memory-stream.ts';

export interface MemoryNetwork extends Network {
  /** Breaks every open connection: both ends are closed with ECONNRESET. */
  reset(): void;
  /** Connections that are open at one end at least. */
  readonly openStreams: number;
}

const firstFreePort = 49_152;
const anyHost = new Set(['0.0.0.0', '::']);

/** Streams inside the process, for tests: deterministic, without latency and without loss. */
export function memoryNetwork(
  timers: Timers,
  options: Partial<MemoryStreamOptions> & { readonly host?: string } = {},
): MemoryNetwork {
  const { host = '127.0.0.1', chunkBytesMax = 65_536, highWaterBytes = 256 * 1024 } = options;
  const accepting = new Map<number, { at: Endpoint; accept: (stream: Stream) => void }>();
  const open = new Set<MemoryStream>();
  let nextPort = firstFreePort;

  const makeStream = (local: Endpoint, remote: Endpoint): MemoryStream => {
    const stream: MemoryStream = new MemoryStream(
      timers,
      { chunkBytesMax, highWaterBytes },
      local,
      remote,
      () => open.delete(stream),
    );
    open.add(stream);
    return stream;
  };

  const connect = (to: Endpoint, signal?: AbortSignal): Promise<Stream> =>
    new Promise((resolve, reject) => {
      timers.soon(() => {
        const listener = accepting.get(to.port);
        if (signal?.aborted === true) {
          reject(systemError('ABORT_ERR', to));
        } else if (listener === undefined || !reaches(listener.at.host, to.host)) {
          reject(systemError('ECONNREFUSED', to));
        } else {
          const from = { host, port: nextPort };
          nextPort += 1;
          const near = makeStream(from, to);
          const far = makeStream(to, from);
          MemoryStream.join(near, far);
          listener.accept(far);
          resolve(near);
        }
      });
    });

  const listen = (at: Endpoint, accept: (stream: Stream) => void): Promise<Listener> => {
    const port = at.port === 0 ? nextPort : at.port;
    if (at.port === 0) nextPort += 1;
    if (accepting.has(port)) return Promise.reject(systemError('EADDRINUSE', at));
    accepting.set(port, { at, accept });
    return Promise.resolve({
      address: { host: at.host, port },
      close() {
        accepting.delete(port);
        return Promise.resolve();
      },
    });
  };

  return {
    connect,
    listen,
    reset() {
      for (const stream of open) stream.fail(systemError('ECONNRESET', stream.remote));
    },
    get openStreams() {
      return open.size;
    },
  };
}

function reaches(listening: string, asked: string): boolean {
  return anyHost.has(listening) || listening === asked;
}

function systemError(code: string, at: Endpoint): Error {
  return Object.assign(new Error(`${code} ${at.host}:${at.port}`), { code });
}
