import { failpointNames } from '../../pa/server/failpoints.ts';

/** When a primary is killed or blocked. */
export const moments = ['random', ...failpointNames] as const;
export type Moment = (typeof moments)[number];

/** Moments that only the server itself can hit. */
export type Failpoint = Exclude<Moment, 'random'>;
