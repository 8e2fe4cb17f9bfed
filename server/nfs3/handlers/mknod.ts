import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import { Ftype3, type MKNOD3args, type MKNOD3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { makeNode } from '../../file-system/operations/make-node.ts';
import type { Device, NodeType } from '../../file-system/records/inode.ts';
import { unchangedWcc } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { replyToMaking } from '../made.ts';
import { setAttributesOf } from '../sattr.ts';
import { failed } from '../status.ts';

const noDevice: Device = { major: 0, minor: 0 };

/** RFC 1813 §3.3.11. What has a procedure of its own is no type for this one. */
export function mknod({ where, what }: MKNOD3args, call: Call): MKNOD3res | EncodedResults {
  switch (what.type) {
    case Ftype3.NF3CHR:
    case Ftype3.NF3BLK: {
      const { devAttributes, spec } = what.device;
      const device = { major: spec.specdata1, minor: spec.specdata2 };
      const type = what.type === Ftype3.NF3CHR ? 'character' : 'block';
      return make({ where, type, device, attributes: devAttributes }, call);
    }
    case Ftype3.NF3SOCK:
    case Ftype3.NF3FIFO: {
      const type = what.type === Ftype3.NF3SOCK ? 'socket' : 'fifo';
      return make({ where, type, device: noDevice, attributes: what.pipeAttributes }, call);
    }
    case Ftype3.NF3REG:
    case Ftype3.NF3DIR:
    case Ftype3.NF3LNK: {
      const dirWcc = unchangedWcc(call, openHandle(call, where.dir));
      return failed({ status: 'BADTYPE' }, { dirWcc });
    }
  }
}

function make(
  node: {
    readonly where: MKNOD3args['where'];
    readonly type: NodeType;
    readonly device: Device;
    readonly attributes: Parameters<typeof setAttributesOf>[0];
  },
  call: Call,
): MKNOD3res | EncodedResults {
  const asked = setAttributesOf(node.attributes);
  return replyToMaking(call, node.where, (place) => makeNode(call.operation, place, node, asked));
}
