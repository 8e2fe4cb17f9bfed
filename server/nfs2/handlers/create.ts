import {
  type Createargs,
  type Diropres,
  NFSMODE_BLK,
  NFSMODE_CHR,
  NFSMODE_FIFO,
  NFSMODE_FMT,
  NFSMODE_REG,
  NFSMODE_SOCK,
  type Sattr,
} from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import type { HandleTarget } from '../../file-system/file-handle.ts';
import { create as createFile } from '../../file-system/operations/create.ts';
import { lookup } from '../../file-system/operations/lookup.ts';
import { makeNode } from '../../file-system/operations/make-node.ts';
import { mayAccess } from '../../file-system/permissions.ts';
import type { Device, Inode, NodeType } from '../../file-system/records/inode.ts';
import { type Failure, failure, type Outcome } from '../../file-system/status.ts';
import { deviceOf } from '../device.ts';
import { openHandle, refusedInode, refusedNextInode } from '../file-handle.ts';
import { hasMode, setAttributesOf } from '../sattr.ts';
import { failed } from '../status.ts';
import { diropresOf } from './lookup.ts';

/** What CREATE is to make. Version 2 has no MKNOD: the type is in the mode, and the device number in the size. */
type Wanted =
  | { readonly kind: 'regular' }
  /** No type is given: a file, or whatever is there. */
  | { readonly kind: 'any' }
  | { readonly kind: 'node'; readonly type: NodeType; readonly device: Device };

const noDevice: Device = { major: 0, minor: 0 };

/** RFC 1094 §2.2.10. */
export function create({ where, attributes }: Createargs, call: Call): Diropres {
  const target = openHandle(call, where.dir);
  if (target.status !== 'ok') return failed(target);
  const wanted = wantedType(attributes);
  if (wanted === undefined) return failed(failure('INVAL'));
  const refused = refusedNextInode(call) ?? refusedExisting(call, target, where.name);
  if (refused !== undefined) return failed(refused);
  const made = makeWanted(call, target, where.name, wanted, attributes);
  if (made.status === 'ok') return diropresOf(call, made.inode, target);
  if (made.status !== 'EXIST' || wanted.kind === 'regular') return failed(made);
  const existing = useExisting(call, target, where.name, wanted);
  return existing.status === 'ok' ? diropresOf(call, existing.inode, target) : failed(existing);
}

/** Undefined: a type that CREATE does not make. */
function wantedType(attributes: Sattr): Wanted | undefined {
  const { size } = setAttributesOf(attributes);
  switch (hasMode(attributes) ? attributes.mode & NFSMODE_FMT : 0) {
    case 0:
      return { kind: 'any' };
    case NFSMODE_REG:
      return { kind: 'regular' };
    case NFSMODE_CHR:
      // A character device without a number is a fifo: Sun's convention, as in the attributes.
      return size === undefined
        ? { kind: 'node', type: 'fifo', device: noDevice }
        : { kind: 'node', type: 'character', device: deviceOf(size) };
    case NFSMODE_BLK:
      return { kind: 'node', type: 'block', device: deviceOf(size ?? 0) };
    case NFSMODE_FIFO:
      return { kind: 'node', type: 'fifo', device: noDevice };
    case NFSMODE_SOCK:
      return { kind: 'node', type: 'socket', device: noDevice };
    default:
      return undefined;
  }
}

function makeWanted(
  call: Call,
  { ino: directory }: HandleTarget,
  name: string,
  wanted: Wanted,
  attributes: Sattr,
): Outcome<{ inode: Inode }> {
  const asked = setAttributesOf(attributes);
  const place = { directory, name };
  if (wanted.kind === 'node') {
    return makeNode(call.operation, place, wanted, { ...asked, size: undefined });
  }
  return createFile(call.operation, place, { mode: 'unchecked', attributes: asked });
}

/**
 * CREATE of what exists: the same device again is that device, and without a type it is how a client asks whether it
 * may write to a device or fifo. Linux's server does the same.
 */
function useExisting(
  call: Call,
  { ino: directory, exportRoot }: HandleTarget,
  name: string,
  wanted: Wanted,
): Outcome<{ inode: Inode }> {
  // As the other procedures that make something say it, whoever may search the directory.
  if (name === '.' || name === '..') return failure('EXIST');
  const found = lookup(call.operation, { directory, name, exportRoot });
  if (found.status !== 'ok') return found;
  const { inode } = found;
  const isNode = inode.type !== 'regular' && inode.type !== 'directory' && inode.type !== 'symlink';
  if (!isNode) return failure('EXIST');
  if (wanted.kind !== 'node') {
    return mayAccess(inode, call.operation.principal, 'write') ? found : failure('ACCES');
  }
  const sameDevice =
    inode.device.major === wanted.device.major && inode.device.minor === wanted.device.minor;
  return inode.type === wanted.type && sameDevice ? found : failure('EXIST');
}

/** What is there may have come through version 3, with a number that cannot be told here. */
function refusedExisting(
  call: Call,
  { ino: directory, exportRoot }: HandleTarget,
  name: string,
): Failure | undefined {
  const found = lookup(call.operation, { directory, name, exportRoot });
  return found.status === 'ok' ? refusedInode(call, found.inode.ino) : undefined;
}
