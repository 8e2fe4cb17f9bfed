import type { Subscription } from './port-directory.ts';
import type { Statement } from './port-view.ts';

/** Somebody who may know where an alias is served: a PAM, or a server of which a client was told. */
export interface PortSource {
  /** Its name in messages, different for each source. */
  readonly url: string;
  /** What it says of the alias; an Error where it says nothing. Never rejects. */
  lookup(alias: string): Promise<Statement | Error>;
  /** Tells what it says of the alias whenever that changes, if it is somebody who tells. */
  follow(alias: string, onStatement: (statement: Statement) => void): Subscription;
}
