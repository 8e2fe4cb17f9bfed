import type { Endpoint } from '../../environment/network.ts';
import { MountProgramV1 } from '../../protocol/generated/mount.ts';
import { NfsProgramV2 } from '../../protocol/generated/nfs2.ts';
import { addressesOf } from '../../rpc/portmapper/netid.ts';
import type { Registry } from '../../rpc/portmapper/registry.ts';

/**
 * What a gateway tells a portmapper's clients: NFS (RFC 1094, RFC 1813) and MOUNT. The relay itself knows no program and
 * passes any; this is the only place that names some.
 */
const nfs = { program: NfsProgramV2.program, versions: [2, 3] } as const;
const mount = { program: MountProgramV1.program, versions: [1, 2, 3] } as const;

export function registerGateway(registry: Registry, nfsAt: Endpoint, mountAt: Endpoint): void {
  for (const [{ program, versions }, bound] of [
    [nfs, nfsAt],
    [mount, mountAt],
  ] as const) {
    for (const version of versions) {
      for (const { netid, address } of addressesOf(bound)) {
        registry.set({ program, version, netid, address, owner: 'fuga' });
      }
    }
  }
}
