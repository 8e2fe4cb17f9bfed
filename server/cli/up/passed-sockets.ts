import { CommandFailure } from '../failure.ts';

/** As sd_listen_fds(3) has it: the descriptors follow each other from here on. */
const firstDescriptor = 3;

/** A socket that whoever started this process bound for it, as systemd does for a service with a `.socket` unit. */
export interface PassedSocket {
  readonly fd: number;
  /** FileDescriptorName= of its unit; else the unit's name. */
  readonly name: string;
}

/**
 * What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say (sd_listen_fds(3)); undefined where they are absent, or meant for another
 * process. Throws a CommandFailure where they contradict each other.
 */
export function passedSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly PassedSocket[] | undefined {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = environment;
  if (LISTEN_PID !== `${pid}` || LISTEN_FDS === undefined) return undefined;
  const count = /^\d{1,4}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : 0;
  if (count === 0) throw new CommandFailure(`LISTEN_FDS is "${LISTEN_FDS}", and passes no socket`);
  const names = LISTEN_FDNAMES?.split(':') ?? [];
  if (LISTEN_FDNAMES !== undefined && names.length !== count) {
    throw new CommandFailure(
      `LISTEN_FDNAMES has ${names.length} names ("${LISTEN_FDNAMES}") for ${count} sockets`,
    );
  }
  return Array.from({ length: count }, (_, index) => ({
    fd: firstDescriptor + index,
    name: names[index] ?? 'unknown',
  }));
}

/** The sockets of one alias. */
export interface AliasSockets {
  readonly alias: string;
  readonly service: PassedSocket;
  /** For clients that are told another port for MOUNT. */
  readonly mount: PassedSocket | undefined;
}

/**
 * Finds those of each alias: named ALIAS, and ALIAS/mount where MOUNT has a port of its own; or, where no alias is named, one
 * for each in their order. Throws a CommandFailure where one is missing or left over.
 */
export function socketsOf(
  aliases: readonly string[],
  sockets: readonly PassedSocket[],
): readonly AliasSockets[] {
  const named = (name: string): PassedSocket | undefined =>
    sockets.find((socket) => socket.name === name);
  const hasNames = aliases.some((alias) => named(alias) !== undefined);
  const found = aliases.map((alias, index) => {
    const service = hasNames ? named(alias) : sockets[index];
    if (service === undefined) {
      throw new CommandFailure(
        `no socket was passed for "${alias}": its unit needs FileDescriptorName=${alias}, or pass one for each alias, in their order`,
      );
    }
    return { alias, service, mount: hasNames ? named(`${alias}/mount`) : undefined };
  });
  const mounts = found.filter(({ mount }) => mount !== undefined).length;
  if (mounts !== 0 && mounts !== found.length) {
    throw new CommandFailure('a socket for MOUNT was passed for some aliases, and not for all');
  }
  const spare = sockets.length - found.length - mounts;
  if (spare > 0) {
    throw new CommandFailure(
      `${spare} of the ${sockets.length} sockets that were passed (${sockets.map(({ name }) => name).join(', ')}) are for no alias: FileDescriptorName= is ALIAS, or ALIAS/mount`,
    );
  }
  return found;
}
