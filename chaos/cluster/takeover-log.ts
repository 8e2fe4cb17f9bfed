import type { VolumeReport } from './server-report.ts';

/** A takeover as its server told it, in the order of what happened. */
export interface ObservedTakeover {
  readonly node: string;
  readonly epoch: number;
  /** Why it took over. */
  readonly accusation: string;
  /** When it began, and when it served; monotonic, as its reports came in. */
  readonly beganMs: number;
  readonly servedMs: number;
  /** By the server's own clock, from the accusation until it served. */
  readonly takeoverMs: number;
  /** How long each part took. The registration is told last: it goes on while clients are served. */
  readonly partsMs: Readonly<Record<string, number>>;
}

interface Beginning {
  readonly accusation: string;
  readonly beganMs: number;
  readonly partsMs: Record<string, number>;
}

/** Puts the reports of one server together to takeovers. */
export class TakeoverLog {
  readonly takeovers: ObservedTakeover[] = [];
  readonly #node: string;
  #current: Beginning | undefined;

  constructor(node: string) {
    this.#node = node;
  }

  note(report: VolumeReport, nowMs: number): void {
    switch (report.kind) {
      case 'accused':
        this.#current = { accusation: report.accusation, beganMs: nowMs, partsMs: {} };
        return;
      case 'takeover-part':
        if (this.#current !== undefined) this.#current.partsMs[report.part] = report.elapsedMs;
        return;
      case 'primary': {
        if (this.#current === undefined) return;
        const { epoch, takeoverMs } = report;
        // It shares the parts: what comes later still gets there.
        this.takeovers.push({
          ...this.#current,
          node: this.#node,
          epoch,
          takeoverMs,
          servedMs: nowMs,
        });
        return;
      }
      case 'backup':
      case 'claim-lost':
      case 'lost':
        this.#current = undefined;
        return;
    }
  }
}
