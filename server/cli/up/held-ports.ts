import { createSocket } from 'node:dgram';
import type { PortMessage } from '../../../environment/adapters/port-message.ts';
import type { AliasPorts } from '../alias-ports.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { bindFailure, CommandFailure } from '../failure.ts';
import { HeldPort, type Taker } from './held-port.ts';
import type { AliasSockets, PassedSocket } from './passed-sockets.ts';

/** Ports tried where the system chooses one, and another program has it for UDP. */
const attemptsMax = 16;

/** The ports of one alias. */
interface HeldAlias {
  readonly alias: string;
  readonly service: HeldPort;
  readonly mount: HeldPort | undefined;
}

/** The service ports of all aliases; see {@link HeldPort}. */
export class HeldPorts {
  readonly #aliases: readonly HeldAlias[];

  constructor(aliases: readonly HeldAlias[]) {
    this.#aliases = aliases;
  }

  /** As the servers are told them. */
  get numbers(): AliasPorts {
    const mounts = this.#aliases.flatMap(({ mount }) => mount?.port ?? []);
    return {
      ports: this.#aliases.map(({ service }) => service.port),
      mountPorts: mounts.length === 0 ? undefined : mounts,
    };
  }

  /** Where clients connect. */
  get byAlias(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#aliases.map(({ alias, service }) => [alias, service.port]));
  }

  /** The addresses that they are bound to. */
  get hosts(): readonly string[] {
    return this.#all().map(({ host }) => host);
  }

  heard(taker: Taker, message: PortMessage): void {
    this.#all()
      .find(({ port }) => port === message.port)
      ?.heard(taker, message);
  }

  isPrimary(alias: string, taker: Taker, epoch: number): void {
    for (const held of this.#aliases) {
      if (held.alias !== alias) continue;
      held.service.isPrimary(taker, epoch);
      held.mount?.isPrimary(taker, epoch);
    }
  }

  gone(taker: Taker): void {
    for (const port of this.#all()) port.gone(taker);
  }

  close(): void {
    for (const port of this.#all()) port.close();
  }

  #all(): HeldPort[] {
    return this.#aliases.flatMap(({ service, mount }) =>
      mount === undefined ? [service] : [service, mount],
    );
  }
}

/** Binds them, before anything is started. Rejects with a CommandFailure that says what to do. */
export async function bindPorts(
  host: string,
  aliases: readonly string[],
  { ports, mountPorts }: AliasPorts,
): Promise<HeldPorts> {
  const held: HeldAlias[] = [];
  for (const [index, alias] of aliases.entries()) {
    const service = await bind('service', host, ports[index] ?? 0, '--port');
    const mountPort = mountPorts?.[index];
    const mount =
      mountPort === undefined ? undefined : await bind('MOUNT', host, mountPort, '--mount-port');
    held.push({ alias, service, mount });
  }
  return new HeldPorts(held);
}

/** Listens on sockets that were passed to this process. Rejects with a CommandFailure where one is none to listen on. */
export async function takePorts(sockets: readonly AliasSockets[]): Promise<HeldPorts> {
  const held: HeldAlias[] = [];
  for (const { alias, service, mount } of sockets) {
    held.push({
      alias,
      service: await take(service),
      mount: mount === undefined ? undefined : await take(mount),
    });
  }
  return new HeldPorts(held);
}

async function take({ fd, name }: PassedSocket): Promise<HeldPort> {
  return HeldPort.listen({ fd }).catch((cause: unknown) => {
    throw new CommandFailure(
      `the socket that was passed as "${name}" (descriptor ${fd}) does not listen for TCP: see ListenStream= of its unit`,
      { cause },
    );
  });
}

/** The servers have the same port for UDP, one after the other. */
async function bind(what: string, host: string, port: number, option: string): Promise<HeldPort> {
  try {
    for (let attempt = 1; ; attempt += 1) {
      const held = await HeldPort.listen({ host, port });
      if (port !== 0 || attempt >= attemptsMax || (await isFreeForUdp(host, held.port)))
        return held;
      held.close();
    }
  } catch (error) {
    throw bindFailure(error, what, host, port, option);
  }
}

function isFreeForUdp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      if (systemCodeOf(error) === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.close(() => {
        resolve(true);
      });
    });
  });
}
