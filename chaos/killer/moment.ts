/** When a primary is killed. */
export const moments = ['random', 'before-commit', 'after-commit-before-reply'] as const;
export type Moment = (typeof moments)[number];

/** Moments that only the server itself can hit. */
export type Failpoint = Exclude<Moment, 'random'>;

export function describeMoment(moment: Moment): string {
  switch (moment) {
    case 'random':
      return 'at random moments';
    case 'before-commit':
      return 'before commit';
    case 'after-commit-before-reply':
      return 'after commit, before reply';
  }
}
