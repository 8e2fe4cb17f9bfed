/**
 * What a process that holds service ports and one that serves at them tell each other over the channel that Node gives to a
 * child. A connection goes the way `waiting -> passed -> taken` or back to `waiting`: whoever holds the port keeps its own
 * descriptor of it until the other one says that it is taken, so that none is lost with a process.
 */
export type PortMessage =
  /** Connections of the port are accepted from now on. */
  | { readonly kind: 'port-opened'; readonly port: number }
  /** No more. */
  | { readonly kind: 'port-closed'; readonly port: number }
  /** It is served here; said before its first byte is read. */
  | { readonly kind: 'connection-taken'; readonly port: number; readonly id: number }
  /** It came after its port was closed. Nothing of it was read. */
  | { readonly kind: 'connection-returned'; readonly port: number; readonly id: number };

/** Comes with the connection. */
export interface PassedConnection {
  readonly kind: 'connection';
  readonly port: number;
  /** Different for each time that a connection is passed. */
  readonly id: number;
}

const portKinds: ReadonlySet<unknown> = new Set([
  'port-opened',
  'port-closed',
  'connection-taken',
  'connection-returned',
]);

/** The other side is our own program: its messages are only told from others on the channel. */
export function isPortMessage(message: unknown): message is PortMessage {
  return portKinds.has(kindOf(message));
}

export function isPassedConnection(message: unknown): message is PassedConnection {
  return kindOf(message) === 'connection';
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message
    ? message.kind
    : undefined;
}
