/** A process, as far as steps are concerned. */
export interface StepOwner {
  readonly name: string;
  readonly state: 'running' | 'stopped' | 'dead';
  /** False where the step has to wait, or is not taken any more. */
  takes(step: Step): boolean;
}

/** Something that happens at one moment of simulated time. */
export interface Step {
  atMs: number;
  /** Steps of the same moment happen in the order in which they were planned. */
  order: number;
  /** The process in which it happens; undefined: in the system, the network or the test. */
  readonly owner: StepOwner | undefined;
  readonly label: string;
  readonly run: () => void;
  isCancelled: boolean;
}

/** A binary heap: the earliest step first. */
export class StepQueue {
  readonly #heap: Step[] = [];

  push(step: Step): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(step);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, step)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = step;
  }

  pop(): Step | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  /** Forgets the steps that will not be taken: they come late, and would keep all that they know in memory until then. */
  purge(): void {
    const kept = this.#heap.filter(
      ({ owner, isCancelled }) => !isCancelled && owner?.state !== 'dead',
    );
    this.#heap.length = 0;
    for (const step of kept) this.push(step);
  }

  #sink(step: Step): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      let child = heap[left];
      let below = left;
      const right = heap[left + 1];
      if (right !== undefined && child !== undefined && isBefore(right, child)) {
        child = right;
        below = left + 1;
      }
      if (child === undefined || isBefore(step, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = step;
  }
}

function isBefore(one: Step, other: Step): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
