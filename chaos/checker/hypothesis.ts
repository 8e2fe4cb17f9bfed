import type { Item } from './timeline.ts';

/** A way in which the servers may have gone wrong, by which an answer that fits no order would fit. */
export type Hypothesis =
  /** The item was executed twice, both times before it was over (`late`: the second time at any later moment). */
  | { readonly kind: 'doubled'; readonly item: number; readonly late: boolean }
  /** The item was acknowledged without effect, or its effect went away. */
  | { readonly kind: 'lost'; readonly item: number }
  /** No better idea: the answer is wrong, whether the item had its effect or not. */
  | { readonly kind: 'wrong'; readonly item: number };

/** The history as it would be if the servers had gone wrong in that way and had told. Indices stay valid. */
export function underHypothesis(
  items: readonly (Item | undefined)[],
  hypothesis: Hypothesis,
): (Item | undefined)[] {
  const item = items[hypothesis.item];
  if (item === undefined) throw new Error('a hypothesis about an item that was left out');
  const unknown: Item = { ...item, outcome: { status: 'unknown' }, required: false };
  switch (hypothesis.kind) {
    case 'doubled':
      return [...items, { ...unknown, end: hypothesis.late ? undefined : item.end }];
    case 'lost':
      return items.with(hypothesis.item, undefined);
    case 'wrong':
      return items.with(hypothesis.item, unknown);
  }
}
