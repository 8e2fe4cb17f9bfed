import type { Endpoint } from '../../environment/network.ts';
import type { Failpoint } from '../faults/moment.ts';
import type { ObservedTakeover } from './takeover-log.ts';

export type Role = 'primary' | 'backup' | 'claiming' | 'other';

/** One server process at one moment. */
export interface ServerView {
  readonly node: string;
  /** Undefined where processes cannot be seen: in other containers. */
  readonly pid: number | undefined;
  readonly adminUrl: string;
  /** For the alias of this run. */
  readonly role: Role;
  /** Since when it has this role, monotonic; undefined where that is not told. */
  readonly sinceMs: number | undefined;
}

/** The processes under attack. */
export interface Cluster {
  /** Addresses of the PAMs. */
  readonly pams: readonly string[];
  readonly alias: string;
  /** Undefined where others started the processes. */
  readonly own: OwnControl | undefined;
  /** The servers that run now. */
  servers(): Promise<readonly ServerView[]>;
  /** Ends a server as `kill -9` does. */
  kill(server: ServerView): Promise<void>;
  /** Makes a server end itself, as `kill -9` does, the next time it passes `point`. */
  arm(server: ServerView, point: Failpoint): Promise<void>;
  /** Makes a server do nothing at all for so long, now or the next time it passes a point. May resolve only afterwards. */
  block(server: ServerView, moment: Failpoint | 'now', blockMs: number): Promise<void>;
  /** Asks the primary to hand over. Rejects with its reason where it does not. */
  switchOver(server: ServerView): Promise<void>;
  /** Whether that very process still runs. */
  isAlive(server: ServerView): Promise<boolean>;
  /** What the servers told about their takeovers so far. */
  takeovers(): readonly ObservedTakeover[];
  /** What ended though nobody ended it, a sentence each. */
  crashes(): readonly string[];
  /** Ends whatever this run started. Idempotent. */
  close(): Promise<void>;
}

/** What can be done only to processes that this run started. */
export interface OwnControl {
  /** Where stock clients may find the volume, one address for each server. */
  readonly services: readonly Endpoint[];
  /** The disk of the stable area; undefined where none may be mounted. */
  readonly disk: DiskControl | undefined;
  /** The network of the servers; undefined where none may be made. */
  readonly links: LinkControl | undefined;
  /** Stops a server as SIGSTOP does. */
  pause(server: ServerView): void;
  resume(server: ServerView): void;
  /** Asks a server to end. It is started again. */
  terminate(server: ServerView): void;
  /** Ends a PAM as `kill -9` does; it is started again, empty, after a while. Waits until it runs, if it does not. */
  killPam(index: number, downMs: number): Promise<void>;
}

export interface DiskControl {
  /** Leaves so many bytes free. */
  fill(leftBytes: number): Promise<void>;
  /** Takes away what filled it. Idempotent. */
  free(): Promise<void>;
}

/** What a server is cut off from, and in which direction. */
export const cuts = [
  'from-everybody',
  'from-everybody-inwards',
  'from-everybody-outwards',
  'from-its-peer',
  'from-the-pams',
  'from-its-clients',
] as const;
export type Cut = (typeof cuts)[number];

export interface LinkControl {
  cut(node: string, cut: Cut): Promise<void>;
  /** Makes all links whole. Idempotent. */
  mend(): Promise<void>;
}
