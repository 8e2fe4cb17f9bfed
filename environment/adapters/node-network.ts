import { connect, createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Endpoint, Listener, Network, Stream } from '../network.ts';
import { connectDatagrams, listenDatagrams } from './node-datagrams.ts';
import { NodeStream } from './node-stream.ts';

/** Of every connection, whoever accepts it. */
export const socketOptions = {
  // Replies are gathered by their owner; nothing is won by waiting for more (Nagle).
  noDelay: true,
  // Tells of a peer whose machine is gone, where no segment of its own would ever come.
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
  // A peer that has sent its end gets what is buffered, and is closed then.
  allowHalfOpen: false,
  /** Buffered bytes from which `write` returns false. */
  highWaterMark: 256 * 1024,
} as const;

const listenBacklog = 1_024;

/** TCP, UDP and local sockets of the system. */
export const nodeNetwork: Network = {
  connect: connectStream,
  listen,
  connectDatagrams,
  listenDatagrams,
};

function connectStream(to: Endpoint, signal?: AbortSignal): Promise<Stream> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abandoned(to, signal));
      return;
    }
    const socket = to.host.startsWith('/')
      ? connect({ ...socketOptions, path: to.host })
      : connect({ ...socketOptions, host: to.host, port: to.port });
    const onAbort = (): void => {
      settle();
      if (signal !== undefined) reject(abandoned(to, signal));
      // Whatever it still has to say, nobody waits for.
      socket.on('error', () => undefined);
      socket.destroy();
    };
    const onConnect = (): void => {
      settle();
      const stream = to.host.startsWith('/') ? new NodeStream(socket, to, to) : streamOf(socket);
      if (stream === undefined) {
        reject(systemError('ECONNRESET', `connection to ${to.host} port ${to.port} was reset`));
      } else {
        resolve(stream);
      }
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const settle = (): void => {
      signal?.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('error', onError);
    };
    signal?.addEventListener('abort', onAbort);
    socket.on('connect', onConnect);
    socket.on('error', onError);
  });
}

function listen(at: Endpoint, accept: (stream: Stream) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ ...socketOptions, pauseOnConnect: true }, (socket) => {
      const stream = streamOf(socket);
      if (stream !== undefined) accept(stream);
    });
    server.on('error', reject);
    server.listen({ host: at.host, port: at.port, backlog: listenBacklog }, () => {
      server.off('error', reject);
      // From here on: a connection that could not be accepted (EMFILE). Its peer sees it closed.
      server.on('error', () => undefined);
      resolve(listenerOf(server));
    });
  });
}

function listenerOf(server: Server): Listener {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address');
  return {
    address: { host: plainAddress(bound.address), port: bound.port },
    close() {
      // The socket is closed by the time that this returns; the callback would only come when the
      // last open connection has ended too.
      if (server.listening) server.close();
      return Promise.resolve();
    },
  };
}

/** Undefined when the peer was gone before anybody looked: the system then knows no address. */
export function streamOf(socket: Socket): NodeStream | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (
    localAddress === undefined ||
    localPort === undefined ||
    remoteAddress === undefined ||
    remotePort === undefined
  ) {
    socket.on('error', () => undefined);
    socket.destroy();
    return undefined;
  }
  return new NodeStream(
    socket,
    { host: plainAddress(localAddress), port: localPort },
    { host: plainAddress(remoteAddress), port: remotePort },
  );
}

/** A dual-stack socket shows IPv4 peers as `::ffff:192.0.2.1`; the same peer has one name here. */
function plainAddress(address: string): string {
  const mapped = '::ffff:';
  return isIPv6(address) && address.startsWith(mapped) && address.includes('.')
    ? address.slice(mapped.length)
    : address;
}

function abandoned(to: Endpoint, signal: AbortSignal): Error {
  return Object.assign(
    new Error(`connection to ${to.host} port ${to.port} was abandoned`, { cause: signal.reason }),
    { code: 'ABORT_ERR' },
  );
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
