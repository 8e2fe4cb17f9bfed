import type { Endpoint } from '../../environment/network.ts';
import {
  type PmapEntry,
  PmapProgramV2Client,
  PmapProgramV3Client,
  PmapProgramV4Client,
  type Rpcb,
} from '../../protocol/generated/portmap.ts';
import type { CallChannel } from '../client/call-channel.ts';
import type { RpcClient } from '../client/rpc-client.ts';
import { type Netid, netidOfProtocol, protocolOf } from './netid.ts';
import {
  isVersionMismatch,
  openPortmapper,
  type PortmapperClientOptions,
  portmapperFailure,
} from './portmapper-connection.ts';
import { portmapperPort, type Registry } from './registry.ts';
import { universalAddress } from './universal-address.ts';

/** A row of a portmapper's table: also of transports that are not known here. */
export interface ListedRegistration {
  readonly program: number;
  readonly version: number;
  readonly netid: string;
  /** Universal: RFC 5665. */
  readonly address: string;
  readonly owner: string;
}

export type NewRegistration = Omit<ListedRegistration, 'owner' | 'netid' | 'address'> & {
  readonly netid: Netid;
  readonly address: Endpoint;
};

/** The table of a portmapper. Only its own host may change it. */
export interface ProgramTable {
  /** Rejects with an RpcError RPC_RPCBFAILURE, as the others do. */
  list(): Promise<readonly ListedRegistration[]>;
  /** False where the portmapper refuses: another address is registered, or we may not. */
  set(registration: NewRegistration): Promise<boolean>;
  unset(registration: Omit<NewRegistration, 'address'>): Promise<boolean>;
  close(): void;
}

/** The programs that are registered at a host. Rejects with an RpcError: RPC_UNKNOWNHOST, RPC_RPCBFAILURE. */
export async function listRegistrations(
  host: string,
  options: PortmapperClientOptions,
): Promise<readonly ListedRegistration[]> {
  const at = { host, port: options.portmapperPort ?? portmapperPort };
  const table = await openProgramTable(at, options);
  try {
    return await table.list();
  } finally {
    table.close();
  }
}

/** The table of the portmapper that listens there: over TCP, or on a local socket. */
export async function openProgramTable(
  at: Endpoint,
  options: PortmapperClientOptions,
): Promise<ProgramTable> {
  const client = await openPortmapper(at, 'tcp', options);
  try {
    return await withVersion(client);
  } catch (cause) {
    client.close();
    throw portmapperFailure(at.host, cause);
  }
}

/** That of a portmapper in this process, which need not listen where we could ask it. */
export function tableOfRegistry(registry: Registry, owner: string): ProgramTable {
  return {
    list: () =>
      Promise.resolve(
        registry.registrations.map((each) => ({
          ...each,
          address: universalAddress(each.address),
        })),
      ),
    set: (registration) => Promise.resolve(registry.set({ ...registration, owner })),
    unset: ({ program, version, netid }) =>
      Promise.resolve(registry.unset(program, version, netid)),
    close: () => undefined,
  };
}

/** Finds out by asking for the list which version is served. */
async function withVersion(client: RpcClient<CallChannel>): Promise<ProgramTable> {
  for (const stub of [new PmapProgramV4Client(client), new PmapProgramV3Client(client)]) {
    try {
      await stub.rpcbprocNull();
      return rpcbindTable(stub, () => client.close());
    } catch (error) {
      if (!isVersionMismatch(error)) throw error;
    }
  }
  return pmapTableOf(new PmapProgramV2Client(client), () => client.close());
}

function rpcbindTable(
  stub: PmapProgramV4Client | PmapProgramV3Client,
  close: () => void,
): ProgramTable {
  return {
    list: async () => (await stub.rpcbprocDump()).map(({ rpcbMap }) => listed(rpcbMap)),
    set: (registration) => stub.rpcbprocSet(rpcbOf(registration)),
    unset: (registration) => stub.rpcbprocUnset({ ...rpcbOf(registration), rAddr: '' }),
    close,
  };
}

/** Version 2 has no IPv6: what would be registered for it is left out, and nobody looks for it there. */
function pmapTableOf(stub: PmapProgramV2Client, close: () => void): ProgramTable {
  return {
    list: async () => (await stub.pmapprocDump()).flatMap(listedByPmap),
    async set({ program: prog, version: vers, netid, address: { port } }) {
      const prot = protocolOf(netid);
      return prot === undefined || (await stub.pmapprocSet({ prog, vers, prot, port }));
    },
    unset: ({ program: prog, version: vers }) =>
      stub.pmapprocUnset({ prog, vers, prot: 0, port: 0 }),
    close,
  };
}

function rpcbOf(registration: Omit<NewRegistration, 'address'> & { address?: Endpoint }): Rpcb {
  const { program, version, netid, address } = registration;
  return {
    rProg: program,
    rVers: version,
    rNetid: netid,
    rAddr: address === undefined ? '' : universalAddress(address),
    rOwner: '',
  };
}

function listed({ rProg, rVers, rNetid, rAddr, rOwner }: Rpcb): ListedRegistration {
  return { program: rProg, version: rVers, netid: rNetid, address: rAddr, owner: rOwner };
}

function listedByPmap({ map: { prog, vers, prot, port } }: PmapEntry): ListedRegistration[] {
  const netid = netidOfProtocol(prot);
  if (netid === undefined) return [];
  const address = universalAddress({ host: '0.0.0.0', port });
  return [{ program: prog, version: vers, netid, address, owner: '' }];
}
