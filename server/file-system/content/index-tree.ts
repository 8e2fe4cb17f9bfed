import { strict as assert } from 'node:assert';
import type { Transaction } from '../../../stable-area/records/record-store.ts';
import { contentDepthMax, indexFanout } from '../limits.ts';
import { type IndexNode, indexNodes } from '../records/content-records.ts';
import type { Subtree } from '../records/free-records.ts';
import type { Content } from '../records/inode.ts';
import { numberKey } from '../records/keys.ts';

/*
 * A file's extent maps are the leaves of a tree: the inode names the root, index nodes name 128 children each. A file
 * within one span (128 KiB) has no node at all, one within 16 MiB has one, and so on to 32 TiB.
 *
 * Maps could have had keys computed from (ino, span), without nodes. But then truncation must reach every map that it
 * cuts off before any of these spans may be written again, or each map needs a mark that says which truncations it has
 * seen, and the inode a list of them that nothing bounds. Here a truncation changes the one path along the cut
 * (`cutTree`), whatever the size of the file: what it cuts off is out of reach in the same transaction, so it reads as
 * zeros however the file grows again, and it can be freed at leisure, since ids are never reused and nobody else can
 * find it. It also makes a sparse file cost what it holds, to free too.
 */

/** Spans below one child of a node of this level. */
function spansPerChild(level: number): number {
  return indexFanout ** (level - 1);
}

/** Spans that an index of this depth can address. */
function capacity(depth: number): number {
  return indexFanout ** depth;
}

/** The id of the span's extent map, 0 for a hole. */
export function findMap(transaction: Transaction, content: Content, span: number): number {
  if (span >= capacity(content.depth)) return 0;
  let id = content.root;
  for (let level = content.depth; level > 0 && id !== 0; level -= 1) {
    id = childAt(getNode(transaction, id, level), slotOf(span, level));
  }
  return id;
}

/** Puts a map into the index where there was none. */
export function addMap(
  transaction: Transaction,
  takeId: () => number,
  content: Content,
  span: number,
  map: number,
): Content {
  const { root, depth } = raised(transaction, takeId, content, span);
  if (depth === 0) {
    assert(root === 0, 'a span has one map');
    return { root: map, depth };
  }
  const newRoot = root === 0 ? takeId() : root;
  let id = newRoot;
  let isNew = root === 0;
  for (let level = depth; level > 0; level -= 1) {
    const node = isNew ? emptyNode(level) : getNode(transaction, id, level);
    const slot = slotOf(span, level);
    const present = childAt(node, slot);
    if (level === 1) {
      assert(present === 0, 'a span has one map');
      putNode(transaction, id, withChild(node, slot, map));
    } else {
      const child = present === 0 ? takeId() : present;
      if (present === 0) putNode(transaction, id, withChild(node, slot, child));
      isNew = present === 0;
      id = child;
    }
  }
  return { root: newRoot, depth };
}

/** Keeps the first `spans` spans, and gives what else there was: nothing leads to it any more. */
export function cutTree(
  transaction: Transaction,
  content: Content,
  spans: number,
): { readonly content: Content; readonly cut: readonly Subtree[] } {
  if (spans >= capacity(content.depth) || content.root === 0) return { content, cut: [] };
  const cut: Subtree[] = [];
  const root = cutSubtree(transaction, { id: content.root, level: content.depth }, spans, cut);
  return { content: lowered(transaction, { root, depth: content.depth }), cut };
}

/** What lies below a node that was cut off; the node itself is removed. */
export function openSubtree(transaction: Transaction, subtree: Subtree): Subtree[] {
  const children = childrenOf(transaction, subtree);
  transaction.delete(indexNodes, numberKey(subtree.id));
  return children;
}

export function childrenOf(transaction: Transaction, { id, level }: Subtree): Subtree[] {
  return getNode(transaction, id, level)
    .children.filter((child) => child !== 0)
    .map((child) => ({ id: child, level: level - 1 }));
}

/** Returns the id of what is left of the subtree, 0 for nothing. */
function cutSubtree(
  transaction: Transaction,
  subtree: Subtree,
  spans: number,
  cut: Subtree[],
): number {
  const { id, level } = subtree;
  if (spans === 0) {
    cut.push(subtree);
    return 0;
  }
  assert(level > 0, 'one span is kept or cut off, never halved here');
  const node = getNode(transaction, id, level);
  const boundary = Math.floor(spans / spansPerChild(level));
  const children = node.children.map((child, slot) => {
    if (slot < boundary || child === 0) return child;
    const kept = slot === boundary ? spans % spansPerChild(level) : 0;
    return cutSubtree(transaction, { id: child, level: level - 1 }, kept, cut);
  });
  if (children.some((child) => child !== 0)) {
    putNode(transaction, id, { level, children });
    return id;
  }
  transaction.delete(indexNodes, numberKey(id));
  return 0;
}

/** Adds levels on top until the span can be addressed. */
function raised(
  transaction: Transaction,
  takeId: () => number,
  content: Content,
  span: number,
): Content {
  let { root, depth } = content;
  while (span >= capacity(depth)) {
    depth += 1;
    if (root === 0) continue;
    const id = takeId();
    putNode(transaction, id, withChild(emptyNode(depth), 0, root));
    root = id;
  }
  assert(depth <= contentDepthMax, `span ${span} is beyond the largest file`);
  return { root, depth };
}

/** Takes away levels that only lead to the first child, so that a file that was large once is as quick as another. */
function lowered(transaction: Transaction, content: Content): Content {
  let { root, depth } = content;
  while (depth > 0 && root !== 0) {
    const node = getNode(transaction, root, depth);
    if (node.children.some((child, slot) => slot > 0 && child !== 0)) return { root, depth };
    transaction.delete(indexNodes, numberKey(root));
    root = childAt(node, 0);
    depth -= 1;
  }
  return root === 0 ? { root, depth: 0 } : { root, depth };
}

function slotOf(span: number, level: number): number {
  return Math.floor(span / spansPerChild(level)) % indexFanout;
}

function emptyNode(level: number): IndexNode {
  return { level, children: new Array<number>(indexFanout).fill(0) };
}

function withChild(node: IndexNode, slot: number, child: number): IndexNode {
  return { level: node.level, children: node.children.with(slot, child) };
}

function childAt(node: IndexNode, slot: number): number {
  const child = node.children[slot];
  assert(child !== undefined);
  return child;
}

function getNode(transaction: Transaction, id: number, level: number): IndexNode {
  const node = transaction.get(indexNodes, numberKey(id));
  assert(node?.level === level, `index node ${id} is there, on its level`);
  return node;
}

function putNode(transaction: Transaction, id: number, node: IndexNode): void {
  transaction.put(indexNodes, numberKey(id), node);
}
