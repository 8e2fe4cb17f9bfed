import type { Call, Ino, Outcome } from '../history/call.ts';

/** What workers do their calls with: a real volume, or one in memory. */
export interface FileService {
  /**
   * Does one call and resolves with its outcome: `unknown` where the client cannot tell. Rejects only for what is
   * no outcome of a call, e.g. a reply that breaks the protocol. `number` is the call's number among those of `client`, which stamps what
   * it writes.
   */
  perform(call: Call, client: number, number: number): Promise<Outcome>;
  /** Makes an empty directory for the workers, below a directory of this run's own. */
  makeRoot(name: string): Promise<Ino>;
  close(): Promise<void>;
}
