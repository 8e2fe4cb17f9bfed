/** Where a byte stream or a datagram comes from or goes to. */
export interface Endpoint {
  /**
   * Numeric address or host name, without brackets. As PostgreSQL's clients have it, what begins with `/` is the path of
   * a local socket, which has port 0 (`connect` only).
   */
  readonly host: string;
  readonly port: number;
}

/** What a stream tells its owner. All calls come from the event loop, never from inside a call to the stream. */
export interface StreamEvents {
  /** The next bytes. The callee owns `bytes`; it is never reused by the stream. */
  data(bytes: Buffer): void;
  /** Everything written so far has left the process's own buffers (after `write` returned false). */
  drained?(): void;
  /** Called exactly once, after the last `data`; `error` is undefined for an orderly end. */
  closed(error: Error | undefined): void;
}

/** One connected, ordered, reliable byte stream (a TCP connection). */
export interface Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Events that come before this is called are kept, in order. Called once. */
  start(events: StreamEvents): void;
  /**
   * Sends the buffers in order, as one gathered write. The stream owns them from here on: they may not be changed.
   * Returns false when more is buffered than the stream likes; the caller should wait for `drained`.
   * Writing to a closed stream is silently dropped: `closed` tells.
   */
  write(buffers: readonly Uint8Array[]): boolean;
  /** Bytes accepted by `write` that have not left the process yet. */
  readonly bufferedBytes: number;
  /** Stops and resumes `data` (back-pressure to the peer). */
  pause(): void;
  resume(): void;
  /** Sends what is buffered, then closes. */
  end(): void;
  /** Closes at once; buffered bytes are lost. `closed` still comes, once. */
  destroy(): void;
}

export interface Listener {
  /** The address that is really bound (the port is never 0). */
  readonly address: Endpoint;
  /** Stops listening; open streams go on. */
  close(): Promise<void>;
}

/** One datagram (UDP) as it came. */
export interface Datagram {
  /** The callee owns it; it is never reused. */
  readonly bytes: Buffer;
  /** Who sent it. Anybody can write anything there. */
  readonly peer: Endpoint;
  /** The address that it was sent to, never a wildcard. A reply has to come from there, or no client takes it. */
  readonly local: Endpoint;
}

/** Takes datagrams of any peer. For a wildcard address there is one socket for each address of the machine below it. */
export interface DatagramListener {
  /** The address that was asked for, with the port that is really bound. */
  readonly address: Endpoint;
  /** Bytes given to `send` that have not left the process. */
  readonly unsentBytes: number;
  /**
   * Sends the buffers as one datagram, `from` an address at which one was received. It may get lost on the way, be
   * doubled or overtaken; what cannot be sent at all is lost in the same way.
   */
  send(buffers: readonly Uint8Array[], from: Endpoint, to: Endpoint): void;
  close(): Promise<void>;
}

/** Exchanges datagrams with one peer. */
export interface DatagramSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** As with a listener. */
  send(buffers: readonly Uint8Array[]): void;
  close(): void;
}

/** What a datagram socket tells its owner, from the event loop. */
export interface DatagramEvents {
  /** The next datagram of the peer. The callee owns `bytes`. */
  received(bytes: Buffer): void;
  /** The system says that what was sent has not arrived: nobody listens there (ECONNREFUSED) ... The socket goes on. */
  failed(error: Error): void;
}

/** Stream and datagram sockets, passed in. */
export interface Network {
  /**
   * Rejects with an Error whose `code` is the system's (ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT ...). `signal` abandons
   * the attempt.
   */
  connect(to: Endpoint, signal?: AbortSignal): Promise<Stream>;
  /** Port 0 asks the system for a free port. Rejects with `code` EADDRINUSE, EACCES ... */
  listen(at: Endpoint, accept: (stream: Stream) => void): Promise<Listener>;
  /** A datagram socket for one peer. Rejects only where that is no address, or the system has no socket. */
  connectDatagrams(to: Endpoint, events: DatagramEvents): Promise<DatagramSocket>;
  /** As `listen`. A stream listener may have the same port. */
  listenDatagrams(at: Endpoint, receive: (datagram: Datagram) => void): Promise<DatagramListener>;
}

/** Stands for every address of the machine: something to listen at, and nothing to connect to. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
