import { Socket } from 'node:net';
import type { Listener, Network, Stream } from '../network.ts';
import { streamOf } from './node-network.ts';
import { isPassedConnection, type PortMessage } from './port-message.ts';

/** The channel to the process that started this one: `process`, if there is one. */
export interface PortChannel {
  on(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown;
  send(message: PortMessage): void;
}

/**
 * A network whose `ports` are held by the process that started this one: to listen at one of them is to ask for its
 * connections, which come over the channel, and to close is to ask for no more. Such a port is never in use, and never
 * refuses, whoever dies. All else is left to `network`.
 */
export function supervisedNetwork(
  network: Network,
  ports: ReadonlySet<number>,
  channel: PortChannel,
): Network {
  const accepting = new Map<number, (stream: Stream) => void>();
  channel.on('message', (message, handle) => {
    if (!isPassedConnection(message)) return;
    const { port, id } = message;
    const accept = accepting.get(port);
    if (!(handle instanceof Socket)) return;
    if (accept === undefined) {
      // Before the event loop looks at the connection: nothing was read. Its other descriptor keeps it open.
      handle.destroy();
      channel.send({ kind: 'connection-returned', port, id });
      return;
    }
    // First: should this process die after it has read something, nobody else may go on with the connection.
    channel.send({ kind: 'connection-taken', port, id });
    const stream = streamOf(handle);
    if (stream !== undefined) accept(stream);
  });
  return {
    ...network,
    listen(at, accept) {
      if (!ports.has(at.port)) return network.listen(at, accept);
      accepting.set(at.port, accept);
      channel.send({ kind: 'port-opened', port: at.port });
      return Promise.resolve<Listener>({
        address: at,
        close() {
          if (accepting.get(at.port) === accept) {
            accepting.delete(at.port);
            channel.send({ kind: 'port-closed', port: at.port });
          }
          return Promise.resolve();
        },
      });
    },
  };
}
