import type { Clock } from '../../environment/clock.ts';
import {
  PmapProgramV3,
  type PmapProgramV3Handlers,
  PmapProgramV4,
  type PmapProgramV4Handlers,
  type Rpcb,
} from '../../protocol/generated/portmap.ts';
import type { DispatchTable } from '../../xdr/program.ts';
import type { RpcConnection } from '../server/connection.ts';
import { isLoopback, withoutLink } from './ip-address.ts';
import { addressForClient, isNetid, type Netid, netidOf, netids } from './netid.ts';
import { procedureTable } from './procedure-table.ts';
import { portmapperProgram, type Registration, type Registry } from './registry.ts';
import { parseUniversalAddress, universalAddress } from './universal-address.ts';

type Connection = RpcConnection;

/** RFC 1833 §2.2.1: what versions 3 and 4 have in common. What calls for somebody (CALLIT, INDIRECT) is not served. */
type CommonHandlers = Pick<
  PmapProgramV3Handlers<Connection>,
  'rpcbprocSet' | 'rpcbprocUnset' | 'rpcbprocGetaddr' | 'rpcbprocDump' | 'rpcbprocGettime'
>;

type Version4Handlers = CommonHandlers &
  Pick<PmapProgramV4Handlers<Connection>, 'rpcbprocGetversaddr' | 'rpcbprocGetaddrlist'>;

export function rpcbindTables(registry: Registry, clock: Clock): DispatchTable<Connection>[] {
  const common: CommonHandlers = {
    rpcbprocSet: (rpcb, { peer }) => isLoopback(peer.host) && set(registry, rpcb),

    rpcbprocUnset: (rpcb, { peer }) => isLoopback(peer.host) && unset(registry, rpcb),

    /** r_netid is ignored: the transport is that of the call (§2.2.1). */
    rpcbprocGetaddr: ({ rProg, rVers }, { transport, local }) =>
      addressFor(registry.find(rProg, rVers, netidOf(transport, local.host)), { local }),

    rpcbprocDump: () =>
      registry.registrations.map((registration) => ({ rpcbMap: rpcbOf(registration) })),

    rpcbprocGettime: () => Math.floor(clock.wallMicroseconds() / 1_000_000),
  };

  const version4: Version4Handlers = {
    ...common,

    rpcbprocGetversaddr: ({ rProg, rVers }, { transport, local }) =>
      addressFor(registry.findVersion(rProg, rVers, netidOf(transport, local.host)), { local }),

    rpcbprocGetaddrlist: ({ rProg, rVers }, connection) =>
      registry.registrations.flatMap((registration) => {
        const { program, version, netid } = registration;
        const address = addressFor(registration, connection);
        if (program !== rProg || version !== rVers || address === '') return [];
        const { transport, family, semantics } = netids[netid];
        return [
          {
            rpcbEntryMap: {
              rMaddr: address,
              rNcNetid: netid,
              rNcSemantics: semantics,
              rNcProtofmly: family,
              rNcProto: transport,
            },
          },
        ];
      }),
  };
  return [procedureTable(PmapProgramV3, common), procedureTable(PmapProgramV4, version4)];
}

function set(registry: Registry, { rProg, rVers, rNetid, rAddr }: Rpcb): boolean {
  const address = parseUniversalAddress(rAddr);
  if (address === undefined || !isNetid(rNetid) || rProg === portmapperProgram) return false;
  // Neither a netid of IPv4 for an address of IPv6, nor the other way round.
  if (netidOf(netids[rNetid].transport, address.host) !== rNetid) return false;
  // Whoever registers could say that it is anybody; only the system knows.
  const owner = 'unknown';
  return registry.set({ program: rProg, version: rVers, netid: rNetid, address, owner });
}

/** Without a netid: of all transports. */
function unset(registry: Registry, { rProg, rVers, rNetid }: Rpcb): boolean {
  if (rProg === portmapperProgram) return false;
  const which = rNetid === '' ? (Object.keys(netids) as Netid[]) : [rNetid].filter(isNetid);
  return which.filter((netid) => registry.unset(rProg, rVers, netid)).length > 0;
}

/** The empty string says that it is not registered. */
function addressFor(
  registration: Registration | undefined,
  { local }: Pick<Connection, 'local'>,
): string {
  if (registration === undefined) return '';
  const asked = { host: withoutLink(local.host), port: local.port };
  const address = addressForClient(registration.address, asked);
  return address === undefined ? '' : universalAddress(address);
}

function rpcbOf({ program, version, netid, address, owner }: Registration): Rpcb {
  return {
    rProg: program,
    rVers: version,
    rNetid: netid,
    rAddr: universalAddress(address),
    rOwner: owner,
  };
}
