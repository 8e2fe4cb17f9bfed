import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { childScript } from '../child-script.ts';
import type { Samples } from './sample.ts';
import type { RowSettings } from '../rows/row-settings.ts';
import type { LoadRequest, LoadResponse } from './load-messages.ts';

/** The parent's side of the process that makes the load. */
export class LoadGenerator {
  readonly #child: ChildProcess;
  #id = 0;

  constructor(settings: RowSettings) {
    this.#child = fork(childScript(import.meta, 'load-process'), [JSON.stringify(settings)]);
  }

  /** One at a time. Rejects with what went wrong there. */
  async perform(request: Omit<LoadRequest, 'id'>): Promise<Samples> {
    this.#id += 1;
    const ended = new AbortController();
    const response = once(this.#child, 'message', { signal: ended.signal });
    const onExit = (): void => {
      ended.abort(new Error('the load generator ended'));
    };
    this.#child.once('exit', onExit);
    try {
      this.#child.send({ ...request, id: this.#id });
      const [answer] = (await response) as [LoadResponse];
      if (answer.id !== this.#id) throw new Error('the load generator answers something else');
      if ('error' in answer) throw new Error(`${request.group}: ${answer.error}`);
      return answer.samples;
    } finally {
      this.#child.off('exit', onExit);
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
