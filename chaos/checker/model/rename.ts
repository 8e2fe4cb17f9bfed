import type { CallOf } from '../../history/call.ts';
import type { DirectoryNode, ModelNode, ModelState, NodeId } from './state.ts';
import type { Transition } from './transition.ts';
import { isWithin, withEntry, withoutName } from './tree.ts';

/** RENAME; `from` is the directory that the call names first. */
export function applyRename(
  state: ModelState,
  from: DirectoryNode,
  call: CallOf<'rename'>,
): Transition {
  const to = state.get(call.toDirectory);
  const movedId = from.entries.get(call.name);
  const moved = movedId === undefined ? undefined : state.get(movedId);
  const replacedId = to?.type === 'directory' ? to.entries.get(call.toName) : undefined;
  const replaced = replacedId === undefined ? undefined : state.get(replacedId);

  const codes = new Set<string>();
  if (to === undefined) codes.add('ESTALE');
  if (to !== undefined && to.type !== 'directory') codes.add('ENOTDIR');
  if (moved === undefined) codes.add('ENOENT');
  // Two names of one file: nothing happens (POSIX rename).
  if (codes.size === 0 && movedId === replacedId) return { ok: true, state, reply: {} };
  if (
    movedId !== undefined &&
    moved?.type === 'directory' &&
    isWithin(state, movedId, call.toDirectory)
  ) {
    // Version 2 has no status for "into itself"; servers choose.
    for (const code of ['EINVAL', 'EIO', 'EACCES', 'EPERM', 'ENOTEMPTY', 'EEXIST']) codes.add(code);
  }
  if (moved !== undefined && replaced !== undefined) addReplaceCodes(codes, moved, replaced);
  if (codes.size > 0 || moved === undefined || movedId === undefined) return { ok: false, codes };
  return { ok: true, state: renamed(state, call, movedId), reply: {} };
}

function addReplaceCodes(codes: Set<string>, moved: ModelNode, replaced: ModelNode): void {
  if (moved.type === 'directory' && replaced.type !== 'directory') {
    codes.add('ENOTDIR').add('EEXIST');
  }
  if (replaced.type === 'directory') {
    if (moved.type !== 'directory') codes.add('EISDIR').add('EEXIST');
    if (replaced.entries.size > 0) codes.add('ENOTEMPTY').add('EEXIST');
  }
}

function renamed(state: ModelState, call: CallOf<'rename'>, movedId: NodeId): ModelState {
  // The moved file keeps its count: taken out here, it may lose its last link and is put back below.
  const moved = state.get(movedId);
  const cleared = hasName(state, call.toDirectory, call.toName)
    ? withoutName(state, call.toDirectory, call.toName)
    : state;
  const taken = withoutName(cleared, call.directory, call.name);
  const to = taken.get(call.toDirectory);
  if (to?.type !== 'directory' || moved === undefined)
    throw new Error('not a directory of the model');
  return taken.with(
    new Map<NodeId, ModelNode>([
      [call.toDirectory, withEntry(to, call.toName, movedId)],
      [movedId, moved.type === 'directory' ? { ...moved, parent: call.toDirectory } : moved],
    ]),
  );
}

function hasName(state: ModelState, directoryId: NodeId, name: string): boolean {
  const directory = state.get(directoryId);
  return directory?.type === 'directory' && directory.entries.has(name);
}
