import type { Timers } from '../clock.ts';
import type {
  Datagram,
  DatagramEvents,
  DatagramListener,
  DatagramSocket,
  Endpoint,
} from '../network.ts';
import { reaches, systemError } from './memory-address.ts';

export interface MemoryDatagramOptions {
  /** How many copies of a datagram arrive: 0 for a lost one, 2 for a doubled one; default 1. */
  readonly datagramCopies?: (datagram: Datagram) => number;
}

interface Receiver {
  readonly at: Endpoint;
  readonly receive: (datagram: Datagram) => void;
}

/** Datagrams inside the process. Each arrives in a turn of its own, in the order of sending. */
export class MemoryDatagrams {
  readonly #timers: Timers;
  readonly #host: string;
  readonly #takePort: () => number;
  readonly #copies: (datagram: Datagram) => number;
  readonly #receivers = new Map<number, Receiver>();

  constructor(
    timers: Timers,
    host: string,
    takePort: () => number,
    { datagramCopies = () => 1 }: MemoryDatagramOptions,
  ) {
    this.#timers = timers;
    this.#host = host;
    this.#takePort = takePort;
    this.#copies = datagramCopies;
  }

  listen(at: Endpoint, receive: (datagram: Datagram) => void): Promise<DatagramListener> {
    const port = at.port === 0 ? this.#takePort() : at.port;
    if (this.#receivers.has(port)) return Promise.reject(systemError('EADDRINUSE', at));
    const address = { host: at.host, port };
    this.#receivers.set(port, { at: address, receive });
    let isClosed = false;
    return Promise.resolve({
      address,
      unsentBytes: 0,
      send: (buffers, from, to) => {
        if (isClosed || to.port === 0) return;
        // As a socket has it: one address sends as itself alone.
        if (from.port !== port || !reaches(at.host, from.host)) throw systemError('EINVAL', from);
        this.#send(Buffer.concat(buffers), from, to);
      },
      close: () => {
        if (!isClosed) this.#receivers.delete(port);
        isClosed = true;
        return Promise.resolve();
      },
    });
  }

  connect(to: Endpoint, events: DatagramEvents): Promise<DatagramSocket> {
    const local = { host: this.#host, port: this.#takePort() };
    const isPeer = ({ host, port }: Endpoint): boolean => host === to.host && port === to.port;
    this.#receivers.set(local.port, {
      at: local,
      receive: ({ bytes, peer }) => {
        if (isPeer(peer)) events.received(bytes);
      },
    });
    return Promise.resolve({
      local,
      remote: to,
      send: (buffers) => {
        if (!this.#receivers.has(local.port)) return;
        const arrives = this.#send(Buffer.concat(buffers), local, to);
        // What ICMP tells.
        if (!arrives) this.#timers.soon(() => events.failed(systemError('ECONNREFUSED', to)));
      },
      close: () => {
        this.#receivers.delete(local.port);
      },
    });
  }

  /** False where nobody listens. */
  #send(bytes: Buffer, peer: Endpoint, to: Endpoint): boolean {
    const receiver = this.#receivers.get(to.port);
    if (receiver === undefined || !reaches(receiver.at.host, to.host)) return false;
    for (let copies = this.#copies({ bytes, peer, local: to }); copies > 0; copies -= 1) {
      this.#timers.soon(() => {
        // Whoever closed meanwhile is not disturbed.
        if (this.#receivers.get(to.port) !== receiver) return;
        receiver.receive({ bytes: Buffer.from(bytes), peer, local: to });
      });
    }
    return true;
  }
}
