import type { Endpoint } from '../../environment/network.ts';
import { PMAP_PORT, PmapProgramV2 } from '../../protocol/generated/portmap.ts';
import type { Netid } from './netid.ts';

/** Of the portmapper and of rpcbind. */
export const portmapperProgram = PmapProgramV2.program;
export const portmapperPort = PMAP_PORT;

/** That a version of a program is served at an address. */
export interface Registration {
  readonly program: number;
  readonly version: number;
  readonly netid: Netid;
  readonly address: Endpoint;
  /** Who registered it, for people. */
  readonly owner: string;
}

/** Of all programs. A list of them fits a datagram. */
export const registrationsMax = 512;
export const ownerLengthMax = 32;

/** What a portmapper knows: a table, without I/O. */
export class Registry {
  readonly #registrations = new Map<string, Registration>();

  /** In the order of registration. */
  get registrations(): readonly Registration[] {
    return [...this.#registrations.values()];
  }

  /** False where the table is full, or another address has the place: that has to be unset first. */
  set(registration: Registration): boolean {
    const key = keyOf(registration);
    const known = this.#registrations.get(key);
    if (known !== undefined) return isSameAddress(known.address, registration.address);
    if (this.#registrations.size >= registrationsMax) return false;
    this.#registrations.set(key, {
      ...registration,
      owner: registration.owner.slice(0, ownerLengthMax),
    });
    return true;
  }

  /** False where there was none. */
  unset(program: number, version: number, netid: Netid): boolean {
    return this.#registrations.delete(keyOf({ program, version, netid }));
  }

  findVersion(program: number, version: number, netid: Netid): Registration | undefined {
    return this.#registrations.get(keyOf({ program, version, netid }));
  }

  /**
   * The version that is asked for or, if that is not registered, any of the program: the program itself tells which
   * versions it has (PROG_MISMATCH).
   */
  find(program: number, version: number, netid: Netid): Registration | undefined {
    const exact = this.findVersion(program, version, netid);
    if (exact !== undefined) return exact;
    for (const known of this.#registrations.values()) {
      if (known.program === program && known.netid === netid) return known;
    }
    return undefined;
  }
}

export function isSameAddress(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port;
}

function keyOf({
  program,
  version,
  netid,
}: Pick<Registration, 'program' | 'version' | 'netid'>): string {
  return `${program} ${version} ${netid}`;
}
