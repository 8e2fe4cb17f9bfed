import type { AliasStatement } from '../../../pa/directory/pam-messages.ts';

/** What one PAM answered. */
export type PamAnswer =
  | { readonly url: string; readonly ok: true; readonly aliases: readonly AliasStatement[] }
  | { readonly url: string; readonly ok: false; readonly reason: string };

/** The PAMs, for people. */
export interface PamApi {
  readonly urls: readonly string[];
  /** Asks each PAM; each is waited for as long as the user is ready to wait for one. Rejects where none is known. */
  list(): Promise<readonly PamAnswer[]>;
  /** Rejects with a CommandFailure that says why. */
  create(alias: string): Promise<void>;
  delete(alias: string): Promise<void>;
  reset(alias: string): Promise<void>;
}
