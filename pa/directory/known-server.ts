import type { Endpoint } from '../../environment/network.ts';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { openRpcChannel, type RpcChannelOptions } from '../../rpc/client/rpc-channel.ts';
import { RpcClient } from '../../rpc/client/rpc-client.ts';
import { isPort, type Port } from './port.ts';
import type { Subscription } from './port-directory.ts';
import type { PortSource } from './port-source.ts';
import type { Statement } from './port-view.ts';

/** A server that hangs does not hold up the others for longer than this. */
export const locateTimeoutMs = 500;

/**
 * A server whose address somebody gave to the client: it is asked whether it serves the alias. With all servers of a pair
 * known in this way a client follows takeovers without any PAM.
 */
export class KnownServer implements PortSource {
  readonly url: string;
  readonly #at: Endpoint;
  readonly #environment: RpcChannelOptions;

  constructor(at: Endpoint, environment: RpcChannelOptions) {
    this.url = formatServerAddress(at);
    this.#at = at;
    this.#environment = environment;
  }

  /** A backup refuses the connection: only the holder listens. */
  async lookup(alias: string): Promise<Statement | Error> {
    const abort = new AbortController();
    const timeout = this.#environment.timers.after(locateTimeoutMs, () => abort.abort());
    try {
      const channel = await openRpcChannel(this.#at, this.#environment, abort.signal);
      abort.signal.addEventListener('abort', () => channel.close());
      try {
        return await this.#ask(new RpcClient(channel), alias);
      } finally {
        channel.close();
      }
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      timeout.cancel();
    }
  }

  /** It tells nothing unasked: whoever loses its connection looks it up again. */
  follow(): Subscription {
    return { close: () => undefined };
  }

  async #ask(client: RpcClient, alias: string): Promise<Statement | Error> {
    const { paLocate } = PaProgramV1.procedures;
    const { location } = await client.call(PaProgramV1, paLocate, alias);
    if (location === undefined) return { kind: 'unknown-alias' };
    const port: Port = {
      ...this.#at,
      transport: 'tcp',
      epoch: Number(location.epoch),
      node: '',
      areaUi: Buffer.from(location.alias).toString('hex'),
    };
    return isPort(port) ? { kind: 'port', port } : new Error(`${this.url} answered nonsense`);
  }
}

/** `host:port`, `[::1]:2049`. Undefined for anything else. */
export function parseServerAddress(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 0);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function formatServerAddress({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
