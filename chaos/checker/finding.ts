/** What a wrong history may show; in the order in which they are reported. */
export const categories = ['spurious', 'lost', 'doubled', 'wrong'] as const;

/**
 * - `spurious`: an error that no order of the calls gives.
 * - `lost`: a call was acknowledged, and its effect is not there.
 * - `doubled`: a call took effect twice.
 * - `wrong`: an answer or a content that no order of the calls gives and that is none of the above.
 */
export type Category = (typeof categories)[number];

export interface Finding {
  readonly category: Category;
  /** Where: the roots of the object. */
  readonly object: string;
  /** The operation that is to blame, or that shows it. */
  readonly operation: string;
  readonly atMicroseconds: number;
  /** One or two sentences. */
  readonly message: string;
}
