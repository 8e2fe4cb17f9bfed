import type { CallOf } from '../../history/call.ts';
import { applyRename } from './rename.ts';
import type { DirectoryNode, ModelNode, ModelState, NodeId } from './state.ts';
import type { CallIdentity, Transition } from './transition.ts';
import { refused } from './transition.ts';
import { withEntry, withoutName } from './tree.ts';

type NameCall = CallOf<
  'lookup' | 'create' | 'mkdir' | 'symlink' | 'remove' | 'rmdir' | 'rename' | 'link' | 'readdir'
>;

/** Calls that meet a directory by its handle and mostly a name in it. */
export function applyNameCall(
  state: ModelState,
  call: NameCall,
  identity: CallIdentity,
): Transition {
  const directory = state.get(call.directory);
  if (directory === undefined) return refused('ESTALE');
  if (directory.type !== 'directory') return refused('ENOTDIR');
  switch (call.kind) {
    case 'readdir':
      return { ok: true, state, reply: { entries: directory.entries } };
    case 'lookup': {
      const node = directory.entries.get(call.name);
      return node === undefined ? refused('ENOENT') : { ok: true, state, reply: { node } };
    }
    case 'create':
      return create(state, directory, call, identity);
    case 'mkdir':
      return make(state, directory, call, identity, {
        type: 'directory',
        entries: new Map(),
        parent: call.directory,
      });
    case 'symlink':
      return make(state, directory, call, identity, {
        type: 'symlink',
        links: 1,
        target: call.target,
      });
    case 'remove':
    case 'rmdir':
      return remove(state, directory, call);
    case 'link':
      return link(state, directory, call);
    case 'rename':
      return applyRename(state, directory, call);
  }
}

/** RFC 1094 §2.2.9 leaves CREATE of an existing name open; here it opens a file, as every server does. */
function create(
  state: ModelState,
  directory: DirectoryNode,
  call: CallOf<'create'>,
  identity: CallIdentity,
): Transition {
  const id = directory.entries.get(call.name);
  const existing = id === undefined ? undefined : state.get(id);
  if (id === undefined || existing === undefined) {
    return make(state, directory, call, identity, { type: 'file', links: 1, blocks: [] });
  }
  switch (existing.type) {
    case 'directory':
      return refused('EISDIR', 'EEXIST');
    case 'symlink':
      return refused('EEXIST', 'EINVAL', 'ELOOP', 'EIO', 'EACCES');
    case 'file': {
      const cut = { ...existing, blocks: [] };
      const after = existing.blocks.length === 0 ? state : state.with(new Map([[id, cut]]));
      return { ok: true, state: after, reply: { node: id } };
    }
  }
}

function make(
  state: ModelState,
  directory: DirectoryNode,
  call: CallOf<'create' | 'mkdir' | 'symlink'>,
  identity: CallIdentity,
  made: ModelNode,
): Transition {
  if (directory.entries.has(call.name)) return refused('EEXIST');
  const id: NodeId = identity.newIno ?? `?${identity.id}`;
  // An inode number that is in use cannot be given to a new file, whatever the reply says.
  if (state.has(id)) return refused();
  const after = state.with(
    new Map<NodeId, ModelNode>([
      [call.directory, withEntry(directory, call.name, id)],
      [id, made],
    ]),
  );
  return { ok: true, state: after, reply: call.kind === 'symlink' ? {} : { node: id } };
}

function remove(
  state: ModelState,
  directory: DirectoryNode,
  call: CallOf<'remove' | 'rmdir'>,
): Transition {
  const id = directory.entries.get(call.name);
  const node = id === undefined ? undefined : state.get(id);
  if (id === undefined || node === undefined) return refused('ENOENT');
  if (call.kind === 'remove' && node.type === 'directory') return refused('EISDIR', 'EPERM');
  if (call.kind === 'rmdir') {
    if (node.type !== 'directory') return refused('ENOTDIR');
    if (node.entries.size > 0) return refused('ENOTEMPTY', 'EEXIST');
  }
  return { ok: true, state: withoutName(state, call.directory, call.name), reply: {} };
}

function link(state: ModelState, directory: DirectoryNode, call: CallOf<'link'>): Transition {
  const node = state.get(call.file);
  const codes: string[] = [];
  if (node === undefined) codes.push('ESTALE');
  if (node?.type === 'directory') codes.push('EISDIR', 'EPERM');
  if (directory.entries.has(call.name)) codes.push('EEXIST');
  if (node === undefined || node.type === 'directory' || codes.length > 0) return refused(...codes);
  const after = state.with(
    new Map<NodeId, ModelNode>([
      [call.directory, withEntry(directory, call.name, call.file)],
      [call.file, { ...node, links: node.links + 1 }],
    ]),
  );
  return { ok: true, state: after, reply: {} };
}
