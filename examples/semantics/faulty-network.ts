import type { Network, Stream, StreamEvents } from '../../environment/network.ts';

/** What happens to the next message of a client. */
export type MessageFault = 'request-lost' | 'reply-lost' | 'request-doubled';

/** A network that does harm to one message when it is told to. A connection that loses something is closed, as TCP has it. */
export class FaultyNetwork implements Network {
  readonly #network: Network;
  /** Of the next message. */
  fault: MessageFault | undefined;

  constructor(network: Network) {
    this.#network = network;
  }

  async connect(...args: Parameters<Network['connect']>): Promise<Stream> {
    const stream = await this.#network.connect(...args);
    return new FaultyStream(stream, () => {
      const { fault } = this;
      this.fault = undefined;
      return fault;
    });
  }

  listen(...args: Parameters<Network['listen']>): ReturnType<Network['listen']> {
    return this.#network.listen(...args);
  }

  connectDatagrams(
    ...args: Parameters<Network['connectDatagrams']>
  ): ReturnType<Network['connectDatagrams']> {
    return this.#network.connectDatagrams(...args);
  }

  listenDatagrams(
    ...args: Parameters<Network['listenDatagrams']>
  ): ReturnType<Network['listenDatagrams']> {
    return this.#network.listenDatagrams(...args);
  }
}

class FaultyStream implements Stream {
  readonly #stream: Stream;
  readonly #takeFault: () => MessageFault | undefined;
  #losesReply = false;

  constructor(stream: Stream, takeFault: () => MessageFault | undefined) {
    this.#stream = stream;
    this.#takeFault = takeFault;
  }

  get local(): Stream['local'] {
    return this.#stream.local;
  }

  get remote(): Stream['remote'] {
    return this.#stream.remote;
  }

  get bufferedBytes(): number {
    return this.#stream.bufferedBytes;
  }

  start(events: StreamEvents): void {
    this.#stream.start({
      ...events,
      data: (bytes) => {
        if (this.#losesReply) this.destroy();
        else events.data(bytes);
      },
    });
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const fault = this.#takeFault();
    if (fault === 'request-lost') {
      this.destroy();
      return true;
    }
    this.#losesReply = fault === 'reply-lost';
    return this.#stream.write(fault === 'request-doubled' ? [...buffers, ...buffers] : buffers);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
