/** Where a byte stream comes from or goes to. */
export interface Endpoint {
  /** Numeric address or host name, without brackets. */
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

/** Stream sockets, passed in. */
export interface Network {
  /**
   * Rejects with an Error whose `code` is the system's (ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT ...). `signal` abandons
   * the attempt.
   */
  connect(to: Endpoint, signal?: AbortSignal): Promise<Stream>;
  /** Port 0 asks the system for a free port. Rejects with `code` EADDRINUSE, EACCES ... */
  listen(at: Endpoint, accept: (stream: Stream) => void): Promise<Listener>;
}
