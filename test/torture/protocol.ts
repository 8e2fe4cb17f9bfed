import type { ModelRow } from './model.ts';
import type { Version } from './workload.ts';

/** What a writer is started with, as JSON in its first argument. */
export interface WriterSettings {
  readonly directory: string;
  readonly seed: number;
  readonly writeBufferBytes: number;
  readonly removalDelayMs: number;
  readonly tablesToLink: 'named' | 'every';
}

/** What the driver asks a writer to do. Each is answered once, except `write`. */
export type Order =
  /** Claim the area. A defiant writer goes on writing after it was fenced, until it is told to leave. */
  | { readonly order: 'claim'; readonly isDefiant: boolean }
  | { readonly order: 'write' }
  /** Pause, compare every record with what it must be, go on. */
  | { readonly order: 'verify' }
  /** Close the holder; be ready for another claim. */
  | { readonly order: 'leave' };

export type Report =
  | { readonly report: 'ready' }
  | {
      readonly report: 'claimed';
      readonly epoch: number;
      /** The last commit found, and every record. */
      readonly newest: Version;
      readonly rows: readonly ModelRow[];
    }
  | { readonly report: 'lost' }
  /** Commits of this epoch up to this one are durable, and a check that began after that said held. */
  | { readonly report: 'acknowledged'; readonly epoch: number; readonly commit: number }
  | { readonly report: 'verified' }
  | { readonly report: 'left'; readonly loss: string | undefined }
  /** The holder's own loss while writing; `fenced` is expected. */
  | { readonly report: 'loss'; readonly kind: string; readonly message: string }
  /** Something is wrong with the area. */
  | { readonly report: 'problem'; readonly problem: string };
