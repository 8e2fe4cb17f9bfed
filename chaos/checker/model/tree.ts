import type { DirectoryNode, ModelNode, ModelState, NodeId } from './state.ts';

export function withEntry(directory: DirectoryNode, name: string, id: NodeId): DirectoryNode {
  return { ...directory, entries: new Map(directory.entries).set(name, id) };
}

/** Removes a name, and the node with its last name. The name is there. */
export function withoutName(state: ModelState, directoryId: NodeId, name: string): ModelState {
  const directory = state.get(directoryId);
  if (directory?.type !== 'directory') throw new Error('not a directory of the model');
  const id = directory.entries.get(name);
  const node = id === undefined ? undefined : state.get(id);
  if (id === undefined || node === undefined) throw new Error('not a name of the model');
  const entries = new Map(directory.entries);
  entries.delete(name);
  return state.with(
    new Map<NodeId, ModelNode | undefined>([
      [directoryId, { ...directory, entries }],
      [id, withoutLink(node)],
    ]),
  );
}

function withoutLink(node: ModelNode): ModelNode | undefined {
  if (node.type === 'directory' || node.links === 1) return undefined;
  return { ...node, links: node.links - 1 };
}

/** Whether `below` is `id` itself or somewhere below it. */
export function isWithin(state: ModelState, id: NodeId, below: NodeId): boolean {
  const seen = new Set<NodeId>();
  for (let at: NodeId | undefined = below; at !== undefined && !seen.has(at); ) {
    if (at === id) return true;
    seen.add(at);
    const node = state.get(at);
    at = node?.type === 'directory' ? node.parent : undefined;
  }
  return false;
}
