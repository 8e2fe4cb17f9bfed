/** Moments of a mutating call at which a test may want this process to die. */
export const failpointNames = ['before-commit', 'after-commit-before-reply'] as const;

/** Moments of a call that calls another alias; `before-commit` is that of its first transaction. */
export const nestedFailpointNames = [
  'before-nested-send',
  'after-nested-bind',
  'after-nested-reply',
  'before-second-commit',
] as const;

export type Failpoint = (typeof failpointNames)[number] | (typeof nestedFailpointNames)[number];

/** What happens at a failpoint: nothing, unless a test armed it. */
export interface Failpoints {
  pass(point: Failpoint): void;
}

export const noFailpoints: Failpoints = { pass: () => undefined };

/** Failpoints that can be armed: the action happens the next time the point is passed, once. */
export class ArmedFailpoints implements Failpoints {
  readonly #armed = new Map<Failpoint, () => void>();

  arm(point: Failpoint, action: () => void): void {
    this.#armed.set(point, action);
  }

  pass(point: Failpoint): void {
    const action = this.#armed.get(point);
    if (action === undefined) return;
    this.#armed.delete(point);
    action();
  }
}
