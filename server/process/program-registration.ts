import type { Logger } from 'pino';
import type { Environment } from '../../environment/environment.ts';
import { type Endpoint, isWildcard } from '../../environment/network.ts';
import type { VolumeServices } from '../../pa/server/service.ts';
import { MountProgramV1 } from '../../protocol/generated/mount.ts';
import { isLoopback } from '../../rpc/portmapper/ip-address.ts';
import { type Portmapper, startPortmapper } from '../../rpc/portmapper/portmapper.ts';
import { registerWithRpcbind } from '../../rpc/portmapper/register-with-rpcbind.ts';
import type { Registrar } from '../../rpc/portmapper/registrar.ts';

/** Which portmapper is told where programs are served: our own, or whichever runs on this machine. */
export interface PortmapperUse {
  readonly kind: 'own' | 'running';
  readonly port: number;
}

export interface ProgramRegistrationParts {
  readonly environment: Environment;
  readonly log: Logger;
}

/** A portmapper of ours, beside what this process serves. Rejects with the system's error where it cannot listen. */
export function startOwnPortmapper(
  { port }: PortmapperUse,
  host: string,
  { environment, log }: ProgramRegistrationParts,
): Promise<Portmapper> {
  // Other programs of this machine register at its loopback address.
  const hosts = isLoopback(host) || isWildcard(host) ? [host] : [host, '127.0.0.1'];
  const onError = (error: unknown): void => {
    log.error({ err: error }, 'a call of the portmapper could not be processed');
  };
  return startPortmapper({ ...environment, hosts, port, onError });
}

/** Tells a portmapper where NFS and MOUNT are served, for as long as this process serves them. */
export class ProgramRegistration {
  readonly #nfs: Registrar;
  readonly #mount: Registrar;
  readonly #own: Portmapper | undefined;

  /** `own`: the portmapper to tell; undefined: whichever runs. */
  constructor(
    { services }: VolumeServices,
    { port }: PortmapperUse,
    own: Portmapper | undefined,
    { environment, log }: ProgramRegistrationParts,
  ) {
    const report = (outcome: 'registered' | 'problem', message: string): void => {
      log[outcome === 'problem' ? 'warn' : 'info'](message);
    };
    const versions = services.map(({ dispatch }) => dispatch.version);
    const options = { ...environment, portmapperPort: port, report };
    const isMount = ({ program }: { readonly program: number }): boolean =>
      program === MountProgramV1.program;
    this.#own = own;
    this.#mount = registerWithRpcbind(versions.filter(isMount), options, own);
    this.#nfs = registerWithRpcbind(
      versions.filter((version) => !isMount(version)),
      options,
      own,
    );
  }

  /** Where they are served from now on. */
  announce(nfs: Endpoint, mount: Endpoint): void {
    this.#nfs.announce(nfs);
    this.#mount.announce(mount);
  }

  /** They are not any more, and nobody listens there. */
  async withdraw(): Promise<void> {
    await this.#nfs.withdraw();
    await this.#mount.withdraw();
  }

  async close(): Promise<void> {
    await this.withdraw();
    await this.#own?.close();
  }
}
