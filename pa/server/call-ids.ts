import type { Key } from '../../stable-area/stable-area.ts';

/** What a call is recognised by when it comes again. */
export interface CallIds {
  /** A client, as its key says, and its number for the call. */
  readonly session?: { readonly client: Key; readonly sequence: number };
  /** A stock peer, as its key says; the digest belongs to it. */
  readonly stock?: { readonly peer: Key; readonly xid: number };
}
