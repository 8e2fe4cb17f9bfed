import type { ByteString } from './bytes.ts';
import { explain, type FailedCall, StatusFailure, valueOf } from './errors.ts';
import type { NodeCache } from './cache/node-cache.ts';
import type { NfsProtocol, Node } from './nfs/nfs-protocol.ts';
import type { Window } from './window.ts';

/** A directory on the way from the root, by the name that it was found under; the root has the empty name. */
export interface Step extends Node {
  readonly name: ByteString;
}

/** The root first, the directory itself last; never empty. */
export type Trail = readonly [Step, ...Step[]];

/** The directory that a trail leads to. */
export function deepest(trail: Trail): Step {
  return trail.at(-1) ?? trail[0];
}

/** What every operation works with. */
export interface Session {
  readonly protocol: NfsProtocol;
  /** What `protocol` told; absent where nothing is believed from before. */
  readonly cache: NodeCache | undefined;
  /** Bulk reads and writes that are under way, of all files together. */
  readonly window: Window;
  /** Mode bits that a new file or directory never gets. */
  readonly umask: number;
  /** Where relative paths start. */
  readonly here: Place;
}

/** A directory that is held by handle, as a process holds its current directory: it stays the same when it is renamed. */
export interface Place {
  trail(): Promise<Trail>;
  /** Forgets the handles, so that the next `trail` walks again. */
  forget(): void;
}

/** The root of an alias: asks for its handle once, at the first use. */
export class RootPlace implements Place {
  readonly #protocol: NfsProtocol;
  readonly #exportPath: ByteString;
  #trail: Promise<Trail> | undefined;

  constructor(protocol: NfsProtocol, exportPath: ByteString) {
    this.#protocol = protocol;
    this.#exportPath = exportPath;
  }

  trail(): Promise<Trail> {
    if (this.#trail === undefined) {
      const mounting = this.#mount();
      this.#trail = mounting;
      // A failure is its waiters' news, not a state: the next operation asks again.
      mounting.catch(() => this.forget());
    }
    return this.#trail;
  }

  forget(): void {
    this.#trail = undefined;
  }

  async #mount(): Promise<Trail> {
    const handle = valueOf(await this.#protocol.mount(this.#exportPath));
    const attributes = valueOf(await this.#protocol.getAttributes(handle));
    return [{ handle, attributes, name: '' }];
  }
}

/**
 * Runs one operation for the program. Handles of the root, of the current directory and of names are kept between operations;
 * when the server says that one is stale, all are looked up once more and the operation starts anew. That is safe:
 * a call that answers ESTALE has changed nothing, and operations can be restarted from any point.
 */
export async function runOperation<T>(
  session: Session,
  at: FailedCall,
  operation: () => Promise<T>,
): Promise<T> {
  try {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof StatusFailure) || error.code !== 'ESTALE') throw error;
      session.here.forget();
      session.cache?.clear();
      return await operation();
    }
  } catch (error) {
    throw explain(error, at);
  }
}
