import {
  type PmapMapping,
  PmapProgramV2,
  type PmapProgramV2Handlers,
} from '../../protocol/generated/portmap.ts';
import type { DispatchTable } from '../../xdr/program.ts';
import type { RpcConnection } from '../server/connection.ts';
import { isLoopback } from './ip-address.ts';
import { netidOfProtocol, protocolOf } from './netid.ts';
import { procedureTable } from './procedure-table.ts';
import { portmapperProgram, type Registry } from './registry.ts';

const portMax = 65_535;

/**
 * RFC 1833 §3, version 2. PMAPPROC_CALLIT is not among them: it would make a stranger's call come from this machine,
 * which programs trust more than strangers, and multiplies broadcasts.
 */
export function pmapTable(registry: Registry): DispatchTable<RpcConnection> {
  const handlers: Pick<
    PmapProgramV2Handlers<RpcConnection>,
    'pmapprocSet' | 'pmapprocUnset' | 'pmapprocGetport' | 'pmapprocDump'
  > = {
    pmapprocSet(mapping, { peer }) {
      const netid = netidOfProtocol(mapping.prot);
      if (netid === undefined || !isLoopback(peer.host) || !isUsable(mapping)) return false;
      return registry.set({
        program: mapping.prog,
        version: mapping.vers,
        netid,
        address: { host: '0.0.0.0', port: mapping.port },
        owner: 'unknown',
      });
    },

    /** Of all transports, whatever the mapping says (§3.2: "protocol and port number are ignored"). */
    pmapprocUnset({ prog, vers }, { peer }) {
      if (!isLoopback(peer.host) || prog === portmapperProgram) return false;
      const hadTcp = registry.unset(prog, vers, 'tcp');
      const hadUdp = registry.unset(prog, vers, 'udp');
      return hadTcp || hadUdp;
    },

    pmapprocGetport({ prog, vers, prot }) {
      const netid = netidOfProtocol(prot);
      if (netid === undefined) return 0;
      return registry.find(prog, vers, netid)?.address.port ?? 0;
    },

    pmapprocDump: () =>
      registry.registrations.flatMap(({ program, version, netid, address }) => {
        const prot = protocolOf(netid);
        if (prot === undefined) return [];
        return [{ map: { prog: program, vers: version, prot, port: address.port } }];
      }),
  };
  return procedureTable(PmapProgramV2, handlers);
}

function isUsable({ prog, port }: PmapMapping): boolean {
  return prog !== portmapperProgram && port > 0 && port <= portMax;
}
