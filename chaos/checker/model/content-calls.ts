import type { CallOf } from '../../history/call.ts';
import { holeStamp } from '../../history/stamp.ts';
import type { FileNode, ModelState } from './state.ts';
import type { Transition } from './transition.ts';
import { refused } from './transition.ts';

type ContentCall = CallOf<'write' | 'truncate' | 'read' | 'getattr' | 'readlink'>;

/** Calls that meet one file, directory or link by its handle. */
export function applyContentCall(state: ModelState, call: ContentCall, stamp: string): Transition {
  const node = state.get(call.file);
  if (node === undefined) return refused('ESTALE');
  if (call.kind === 'getattr') return { ok: true, state, reply: { node: call.file } };
  if (call.kind === 'readlink') {
    return node.type === 'symlink'
      ? { ok: true, state, reply: { target: node.target } }
      : refused('EINVAL', 'EIO', 'ENXIO');
  }
  if (node.type === 'directory') return refused('EISDIR');
  if (node.type === 'symlink') return refused('EINVAL', 'EIO', 'EPERM', 'EACCES');
  switch (call.kind) {
    case 'read':
      return {
        ok: true,
        state,
        reply: {
          node: call.file,
          blocks: node.blocks.slice(call.block, call.block + call.blocks),
        },
      };
    case 'write':
      return changed(state, call.file, {
        ...node,
        blocks: written(node.blocks, call.block, call.blocks, stamp),
      });
    case 'truncate':
      return changed(state, call.file, { ...node, blocks: resized(node.blocks, call.blocks) });
  }
}

function changed(state: ModelState, file: number, node: FileNode): Transition {
  const same = state.get(file);
  const isSame = same?.type === 'file' && same.blocks.join() === node.blocks.join();
  return {
    ok: true,
    state: isSame ? state : state.with(new Map([[file, node]])),
    reply: { node: file },
  };
}

function written(blocks: readonly string[], from: number, count: number, stamp: string): string[] {
  const result = resized(blocks, Math.max(blocks.length, from + count));
  return result.fill(stamp, from, from + count);
}

/** Cut, or grown by blocks of zeros. */
function resized(blocks: readonly string[], length: number): string[] {
  return Array.from({ length }, (_, index) => blocks[index] ?? holeStamp);
}
