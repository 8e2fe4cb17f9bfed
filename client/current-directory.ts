import type { FilePath } from './bytes.ts';
import { resolveTrail } from './resolve.ts';
import type { Place, Session, Trail } from './session.ts';

/** The directory that a `cd` led to: found once, and then held. */
export class CurrentDirectory implements Place {
  readonly #from: Session;
  readonly #path: FilePath;
  #trail: Promise<Trail> | undefined;

  constructor(from: Session, path: FilePath) {
    this.#from = from;
    this.#path = path;
  }

  trail(): Promise<Trail> {
    if (this.#trail === undefined) {
      const finding = resolveTrail(this.#from, this.#path, 'found');
      this.#trail = finding;
      finding.catch(() => {
        this.#trail = undefined;
      });
    }
    return this.#trail;
  }

  forget(): void {
    this.#trail = undefined;
    this.#from.here.forget();
  }
}
