import type { Call, Outcome } from '../history/call.ts';
import { isMutating } from '../history/call.ts';
import type { NaiveFileSystem } from './naive-file-system.ts';

export type Fault =
  /** Answered as if executed, but it was not. */
  | { readonly kind: 'dropped' }
  /** Executed, and executed once more after so many other calls. */
  | { readonly kind: 'repeated'; readonly callsLater: number }
  /** Executed twice, the second answer given: what a server without registered replies does. */
  | { readonly kind: 'answered again' }
  /** Executed, and answered with an error. */
  | { readonly kind: 'error'; readonly code: string };

/** Executes calls, wrongly where it is told to. */
export class FaultyServer {
  readonly #files: NaiveFileSystem;
  readonly #misbehave: ((call: Call, index: number) => Fault | undefined) | undefined;
  readonly #later: { readonly call: Call; readonly id: string; readonly at: number }[] = [];
  #index = 0;

  constructor(
    files: NaiveFileSystem,
    misbehave: ((call: Call, index: number) => Fault | undefined) | undefined,
  ) {
    this.#files = files;
    this.#misbehave = misbehave;
  }

  execute(call: Call, id: string): Outcome {
    this.#index += 1;
    this.#executeLate();
    const fault = this.#faultFor(call, id);
    switch (fault?.kind) {
      case undefined:
        return this.#files.execute(call, id);
      case 'dropped':
        return this.#files.pretend(call, id);
      case 'repeated':
        this.#later.push({ call, id, at: this.#index + fault.callsLater });
        return this.#files.execute(call, id);
      case 'answered again':
        this.#files.execute(call, id);
        return this.#files.execute(call, id);
      case 'error':
        this.#files.execute(call, id);
        return { status: 'error', code: fault.code };
    }
  }

  #faultFor(call: Call, id: string): Fault | undefined {
    if (this.#misbehave === undefined || !isMutating(call)) return undefined;
    if (this.#files.pretend(call, id).status !== 'ok') return undefined;
    return this.#misbehave(call, this.#index);
  }

  #executeLate(): void {
    for (const late of this.#later.filter(({ at }) => at <= this.#index)) {
      this.#later.splice(this.#later.indexOf(late), 1);
      this.#files.execute(late.call, late.id);
    }
  }
}
