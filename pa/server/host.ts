import type { Endpoint } from '../../environment/network.ts';
import type { HolderLoss, StableArea } from '../../stable-area/stable-area.ts';
import type { Failpoints } from './failpoints.ts';
import type { VolumeServices } from './service.ts';

export type Role = 'starting' | 'backup' | 'claiming' | 'primary' | 'stopped';

/** Why a backup took over. */
export type Accusation =
  /** Nobody ever claimed the area. */
  | 'new'
  /** Its pair port refuses, or another process answers there, or the system says that it is dying. */
  | 'dead'
  /** It did not answer for the configured time. */
  | 'silent'
  /** It answers that it does not hold the volume, or its commits hang while our own probe does not. */
  | 'not-serving'
  /** It claimed, and its epoch did not become visible in time. */
  | 'unfinished-claim'
  /** It asked for it. */
  | 'switchover';

/** What happens to a volume in this process, for logs, metrics and the terminal. */
export type VolumeEvent =
  | { readonly kind: 'backup'; readonly primaryNode: string; readonly epoch: number }
  | { readonly kind: 'accused'; readonly accusation: Accusation; readonly epoch: number }
  | { readonly kind: 'takeover-part'; readonly part: TakeoverPart; readonly elapsedMs: number }
  | {
      readonly kind: 'primary';
      readonly epoch: number;
      readonly port: number;
      readonly takeoverMs: number;
    }
  /** The process before this one answered nothing, and was killed. */
  | { readonly kind: 'hung-process-ended'; readonly node: string; readonly pid: number }
  | { readonly kind: 'claim-lost'; readonly highest: number }
  | { readonly kind: 'lost'; readonly epoch: number; readonly loss: HolderLoss }
  | { readonly kind: 'problem'; readonly message: string; readonly cause: unknown };

/** What came of a switchover. */
export type SwitchoverOutcome =
  /** `elapsedMs`: from the request until this process knew that it is fenced. */
  | { readonly kind: 'switched'; readonly to: string; readonly elapsedMs: number }
  /** This process does not hold the volume. */
  | { readonly kind: 'not-primary' }
  /** None stands by, or not the one that was named. */
  | { readonly kind: 'no-backup'; readonly backups: readonly string[] }
  /** The backup was asked, and has not claimed in time: it may still do so, or the volume stays here. */
  | { readonly kind: 'not-taken'; readonly by: string };

export type TakeoverPart = 'probe' | 'claim' | 'copy' | 'open' | 'initialise' | 'register';

export interface VolumeStatus {
  readonly alias: string;
  readonly role: Role;
  readonly epoch: number;
  /** Where clients reach it, while primary. */
  readonly service: Endpoint | undefined;
  /** More addresses of the same, in the order of `alsoListen`. */
  readonly alsoAt: readonly Endpoint[];
  readonly clients: number;
  readonly statistics: Readonly<Record<string, number>>;
}

export interface VolumeHostOptions {
  readonly alias: string;
  readonly area: StableArea;
  readonly services: VolumeServices;
  /** Where stock clients and PA clients connect while this process is primary; port 0 asks the system. */
  readonly listen: Endpoint;
  /** More addresses at which all of it is served, for clients that were told another port for some program. */
  readonly alsoListen?: readonly Endpoint[];
  /** The host that clients are told; default: `listen.host`. */
  readonly advertiseHost?: string;
  /** Silence of the primary after which it counts as hung; default 1,000. */
  readonly silenceMs?: number;
  /** A client of which nothing was heard for so long loses its registered replies; default 600,000. */
  readonly leaseMs?: number;
  /** False only in the control of a chaos run: replies are then remembered in memory alone, as other servers do. */
  readonly registration?: boolean;
  readonly failpoints?: Failpoints;
  readonly cacheBytesMax?: number;
  readonly observe?: (event: VolumeEvent) => void;
}

/** One volume in one process. */
export interface VolumeHost {
  status(): VolumeStatus;
  /** Gives the volume to a backup, the one of this name if there is a name. */
  switchOver(to?: string): Promise<SwitchoverOutcome>;
  /** Gives the volume to a backup where there is one, and stops serving or standing by. */
  close(): Promise<void>;
}

/** One process of a pair: answers its peers' "are you alive" for all its volumes on one pair port. */
export interface PairProcess {
  readonly pairAddress: Endpoint;
  /** Resolves at once; the volume starts by itself as backup or primary. */
  addVolume(options: VolumeHostOptions): VolumeHost;
  readonly volumes: readonly VolumeHost[];
  close(): Promise<void>;
}
