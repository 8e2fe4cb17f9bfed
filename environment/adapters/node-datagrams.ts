import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import {
  type Datagram,
  type DatagramEvents,
  type DatagramListener,
  type DatagramSocket,
  type Endpoint,
  isWildcard,
} from '../network.ts';
import { localAddresses } from './local-addresses.ts';
import { NodeDatagramListener } from './node-datagram-listener.ts';
import { NodeDatagramSocket } from './node-datagram-socket.ts';

/** What waits in the system for us, or for the network: some calls of the largest size. Systems may give less. */
const socketBufferBytes = 4 * 1024 * 1024;

/** UDP: see `Network.listenDatagrams`. */
export async function listenDatagrams(
  at: Endpoint,
  receive: (datagram: Datagram) => void,
): Promise<DatagramListener> {
  const host = await numericAddress(at.host);
  const addresses = isWildcard(host) ? () => localAddresses(host) : () => new Set([host]);
  return NodeDatagramListener.open({ host, port: at.port }, { addresses, bind, receive });
}

/** UDP: see `Network.connectDatagrams`. */
export async function connectDatagrams(
  to: Endpoint,
  events: DatagramEvents,
): Promise<DatagramSocket> {
  const host = await numericAddress(to.host);
  const socket = makeSocket(host);
  await settled(socket, 'connect', () => {
    socket.connect(to.port, host);
  });
  enlargeBuffers(socket);
  return new NodeDatagramSocket(socket, events);
}

/** A socket bound to one address. Rejects with the system's code. */
async function bind({ host, port }: Endpoint): Promise<Socket> {
  const socket = makeSocket(host);
  await settled(socket, 'listening', () => {
    socket.bind({ address: host, port });
  });
  enlargeBuffers(socket);
  return socket;
}

function makeSocket(host: string): Socket {
  const family = isIP(hostWithoutLink(host)) === 6 ? 6 : 4;
  return createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Only numeric addresses come here: nothing has to be looked up, and no datagram has to wait for it.
    lookup: (address, _options, callback) => {
      callback(null, address, family);
    },
  });
}

/** Waits for the event that says that `begin` has worked; closes the socket where it has not. */
function settled(socket: Socket, event: 'listening' | 'connect', begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown): void => {
      socket.close();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    socket.once('error', onError);
    socket.once(event, () => {
      socket.off('error', onError);
      resolve();
    });
    try {
      begin();
    } catch (error) {
      onError(error);
    }
  });
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(socketBufferBytes);
    socket.setSendBufferSize(socketBufferBytes);
  } catch {
    // Some systems refuse what is beyond their limit instead of giving the most they have.
  }
}

/** As `listen` of a stream socket does for a name: the first address that it has. */
async function numericAddress(host: string): Promise<string> {
  if (isIP(hostWithoutLink(host)) !== 0) return host;
  return (await lookup(host)).address;
}

function hostWithoutLink(host: string): string {
  return host.replace(/%.*$/, '');
}
