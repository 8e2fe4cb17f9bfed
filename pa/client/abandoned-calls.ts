import type { Link, Sender } from './link.ts';
import type { ClientLife, PendingCall } from './pending-call.ts';

/** What it needs of the session that the calls belong to. */
export interface AbandonedCallsHost {
  readonly link: Link | undefined;
  sender(life?: ClientLife): Sender;
}

/**
 * Calls of a lasting identity that nobody waits for any more (extermination): one that never left need not be made; of one
 * that may have arrived the port is told, so that it ends what that call waits for. The call goes on to its end all the same,
 * because what became of it has to be known.
 */
export class AbandonedCalls {
  readonly #host: AbandonedCallsHost;
  readonly #calls = new Set<PendingCall>();

  constructor(host: AbandonedCallsHost) {
    this.#host = host;
  }

  /** Abandons the one of these calls that came with this number. */
  abandon(calls: Iterable<PendingCall>, sequence: number): void {
    for (const call of calls) {
      if (call.lasting?.sequence !== sequence) continue;
      this.#add(call);
      return;
    }
  }

  #add(call: PendingCall): void {
    if (call.outcome === 'not-executed') {
      call.fail('PA_ABORTED', 'whoever wanted it has ended');
      return;
    }
    this.#calls.add(call);
    this.#tell(call);
  }

  /** Another process may serve the alias now, and knows nothing of it. */
  linked(): void {
    for (const call of this.#calls) this.#tell(call);
  }

  settled(call: PendingCall): void {
    this.#calls.delete(call);
  }

  /** Once for each connection: where it is not understood or lost, the call comes to its ordinary end. */
  #tell({ place }: PendingCall): void {
    const { link } = this.#host;
    if (link === undefined || place === undefined) return;
    void link.abandon(this.#host.sender(place.life), place.sequence);
  }
}
