import { CommandFailure } from './failure.ts';

const portMax = 65_535;

/** What `--nfs-port` and `--mount-port` say. */
export interface PortOptions {
  readonly alias: readonly string[];
  readonly port: readonly number[];
  readonly mountPort?: readonly number[];
}

/** The ports of each alias, in the order of the aliases; 0: any free one. */
export interface AliasPorts {
  readonly ports: readonly number[];
  /** Undefined where MOUNT has no port of its own. */
  readonly mountPorts: readonly number[] | undefined;
}

/** One port given means the first of as many that follow each other. Throws a CommandFailure for what cannot be. */
export function aliasPorts({ alias, port, mountPort }: PortOptions): AliasPorts {
  const count = alias.length;
  const ports = spread(port, count, '--nfs-port');
  const mountPorts = mountPort === undefined ? undefined : spread(mountPort, count, '--mount-port');
  const isSame = mountPorts?.every((each, index) => each !== 0 && each === ports[index]) ?? true;
  const others = isSame ? [] : (mountPorts ?? []);
  const taken = [...ports, ...others].filter((each) => each !== 0);
  if (new Set(taken).size < taken.length) {
    throw new CommandFailure(
      `${count} aliases take as many ports from --nfs-port ${port.join()} and from --mount-port ${mountPort?.join() ?? ''} on: choose two that are further apart`,
    );
  }
  return { ports, mountPorts: isSame ? undefined : mountPorts };
}

function spread(given: readonly number[], count: number, option: string): readonly number[] {
  const [first = 0] = given;
  if (given.length === 1) {
    if (first + count - 1 > portMax) {
      throw new CommandFailure(`${option} ${first}: there are no ${count} ports from there on`);
    }
    return Array.from({ length: count }, (_, index) => (first === 0 ? 0 : first + index));
  }
  const named = given.filter((each) => each !== 0);
  if (new Set(named).size < named.length) {
    throw new CommandFailure(`${option} ${given.join()} names a port twice`);
  }
  if (given.length === count) return given;
  throw new CommandFailure(
    `${option} names ${given.length} ports, and there are ${count} aliases: name one for each, or the first one`,
  );
}
