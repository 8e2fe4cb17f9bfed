import type { Failpoint } from '../killer/moment.ts';

export type Role = 'primary' | 'backup' | 'other';

/** One server process at one moment. */
export interface ServerView {
  readonly node: string;
  /** Undefined where processes cannot be seen: in other containers. */
  readonly pid: number | undefined;
  readonly adminUrl: string;
  /** For the alias of this run. */
  readonly role: Role;
}

/** The processes under attack. */
export interface Cluster {
  /** Addresses of the PAMs. */
  readonly pams: readonly string[];
  readonly alias: string;
  /** The servers that run now. */
  servers(): Promise<readonly ServerView[]>;
  /** Ends a server as `kill -9` does. */
  kill(server: ServerView): Promise<void>;
  /** Makes a server end itself, as `kill -9` does, the next time it passes `point`. */
  arm(server: ServerView, point: Failpoint): Promise<void>;
  /** Whether that very process still runs. */
  isAlive(server: ServerView): Promise<boolean>;
  /** Ends whatever this run started. Idempotent. */
  close(): Promise<void>;
}
