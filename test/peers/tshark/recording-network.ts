import type {
  DatagramEvents,
  Network,
  Stream,
  StreamEvents,
} from '../../../environment/network.ts';
import type { Capture, CapturedStream } from './capture.ts';

/** The same network, with everything that clients exchange over it in a capture. */
export function recordingNetwork(network: Network, capture: Capture): Network {
  return {
    async connect(to, signal) {
      const stream = await network.connect(to, signal);
      return new RecordedStream(stream, capture.stream(stream.local, stream.remote));
    },
    listen: (at, accept) => network.listen(at, accept),
    async connectDatagrams(to, events) {
      let local = { host: '', port: 0 };
      const recorded: DatagramEvents = {
        received(bytes) {
          capture.datagram(to, local, bytes);
          events.received(bytes);
        },
        failed: (error) => {
          events.failed(error);
        },
      };
      const socket = await network.connectDatagrams(to, recorded);
      local = socket.local;
      return {
        local,
        remote: socket.remote,
        send(buffers) {
          capture.datagram(local, to, Buffer.concat(buffers));
          socket.send(buffers);
        },
        close: () => {
          socket.close();
        },
      };
    },
    listenDatagrams: (at, receive) => network.listenDatagrams(at, receive),
  };
}

class RecordedStream implements Stream {
  readonly #stream: Stream;
  readonly #captured: CapturedStream;

  constructor(stream: Stream, captured: CapturedStream) {
    this.#stream = stream;
    this.#captured = captured;
  }

  get local() {
    return this.#stream.local;
  }

  get remote() {
    return this.#stream.remote;
  }

  get bufferedBytes() {
    return this.#stream.bufferedBytes;
  }

  start(events: StreamEvents): void {
    this.#stream.start({
      ...events,
      data: (bytes) => {
        this.#captured.sent('server', bytes);
        events.data(bytes);
      },
      drained: () => events.drained?.(),
      closed: (error) => {
        this.#captured.ended('server');
        events.closed(error);
      },
    });
  }

  write(buffers: readonly Uint8Array[]): boolean {
    this.#captured.sent('client', Buffer.concat(buffers));
    return this.#stream.write(buffers);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#captured.ended('client');
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
