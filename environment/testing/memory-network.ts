import type { Timers } from '../clock.ts';
import type { Endpoint, Listener, Network, Stream } from '../network.ts';
import { MemoryDatagrams, type MemoryDatagramOptions } from './memory-datagrams.ts';
import { reaches, systemError } from './memory-address.ts';
import { MemoryStream, type MemoryStreamOptions } from './memory-stream.ts';

export interface MemoryNetwork extends Network {
  /** Breaks every open connection: both ends are closed with ECONNRESET. */
  reset(): void;
  /** Connections that are open at one end at least. */
  readonly openStreams: number;
}

export interface MemoryNetworkOptions extends Partial<MemoryStreamOptions>, MemoryDatagramOptions {
  /** Where connections come from; default 127.0.0.1. */
  readonly host?: string;
}

const firstFreePort = 49_152;

/** Streams and datagrams inside the process, for tests: deterministic, without latency, without loss but on request. */
export function memoryNetwork(timers: Timers, options: MemoryNetworkOptions = {}): MemoryNetwork {
  const { host = '127.0.0.1', chunkBytesMax = 65_536, highWaterBytes = 256 * 1024 } = options;
  const accepting = new Map<number, { at: Endpoint; accept: (stream: Stream) => void }>();
  const open = new Set<MemoryStream>();
  let nextPort = firstFreePort;
  const takePort = (): number => {
    nextPort += 1;
    return nextPort - 1;
  };
  const datagrams = new MemoryDatagrams(timers, host, takePort, options);

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
          const from = { host, port: takePort() };
          const near = makeStream(from, to);
          const far = makeStream(to, from);
          MemoryStream.join(near, far);
          listener.accept(far);
          resolve(near);
        }
      });
    });

  const listen = (at: Endpoint, accept: (stream: Stream) => void): Promise<Listener> => {
    const port = at.port === 0 ? takePort() : at.port;
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
    connectDatagrams: (to, events) => datagrams.connect(to, events),
    listenDatagrams: (at, receive) => datagrams.listen(at, receive),
    reset() {
      for (const stream of open) stream.fail(systemError('ECONNRESET', stream.remote));
    },
    get openStreams() {
      return open.size;
    },
  };
}
