import type { Timer, Timers } from '../../environment/clock.ts';
import type { Endpoint } from '../../environment/network.ts';
import type { ProgramAddress } from './call-null.ts';
import { programName } from './program-names.ts';
import type { ProgramTable } from './program-table.ts';
import {
  type ProgramOutcome,
  registerPrograms,
  type ServedProgram,
  unregisterPrograms,
} from './register-programs.ts';

/** How often a registration is looked after: a portmapper that was restarted has forgotten it. */
const renewIntervalMs = 30_000;

export interface RegistrarParts {
  readonly timers: Timers;
  /** The table of the portmapper; undefined where none runs, which is no failure. */
  readonly openTable: () => Promise<ProgramTable | undefined>;
  readonly isAnswered: (address: ProgramAddress) => Promise<boolean>;
  /** Told when what is registered changes: a sentence for the log. */
  readonly report: (outcome: 'registered' | 'problem', message: string) => void;
}

/** Keeps programs registered with the portmapper of this machine while they are served here. */
export class Registrar {
  readonly #parts: RegistrarParts;
  readonly #programs: readonly ServedProgram[];
  #bound: Endpoint | undefined;
  #renew: Timer | undefined;
  /** One at a time, in order: what is taken back must not overtake what was registered. */
  #work: Promise<void> = Promise.resolve();
  #reported = '';

  constructor(programs: readonly ServedProgram[], parts: RegistrarParts) {
    this.#programs = programs;
    this.#parts = parts;
  }

  /** The programs are served at `bound` from now on. */
  announce(bound: Endpoint): void {
    this.#bound = bound;
    this.#later(() => this.#register(bound));
  }

  /** They are not any more, and nobody listens there. Resolves when the portmapper has been told, or cannot be. */
  async withdraw(): Promise<void> {
    const bound = this.#bound;
    this.#bound = undefined;
    this.#reported = '';
    this.#renew?.cancel();
    if (bound !== undefined) {
      const { isAnswered } = this.#parts;
      this.#later(() =>
        this.#withTable((table) => unregisterPrograms(table, this.#programs, bound, isAnswered)),
      );
    }
    await this.#work;
  }

  #later(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#report('problem', error instanceof Error ? error.message : String(error));
    });
  }

  async #register(bound: Endpoint): Promise<void> {
    if (this.#bound !== bound) return;
    try {
      await this.#withTable(async (table) => {
        const { isAnswered } = this.#parts;
        this.#told(await registerPrograms(table, this.#programs, bound, isAnswered), bound);
      });
    } finally {
      this.#renewLater(bound);
    }
  }

  #renewLater(bound: Endpoint): void {
    this.#renew?.cancel();
    if (this.#bound !== bound) return;
    this.#renew = this.#parts.timers.after(renewIntervalMs, () => {
      this.#later(() => this.#register(bound));
    });
  }

  async #withTable(work: (table: ProgramTable) => Promise<void>): Promise<void> {
    const table = await this.#parts.openTable();
    if (table === undefined) return;
    try {
      await work(table);
    } finally {
      table.close();
    }
  }

  #told(outcomes: readonly ProgramOutcome[], bound: Endpoint): void {
    const problems = outcomes.flatMap((outcome) => problemOf(outcome) ?? []);
    if (problems.length > 0) this.#report('problem', problems.join('; '));
    else {
      const names = outcomes.map(({ program }) => nameOf(program)).join(', ');
      this.#report('registered', `registered with the portmapper: ${names}, port ${bound.port}`);
    }
  }

  #report(outcome: 'registered' | 'problem', message: string): void {
    if (message === this.#reported) return;
    this.#reported = message;
    this.#parts.report(outcome, message);
  }
}

function nameOf(program: number): string {
  return programName(program) ?? `program ${program}`;
}

function problemOf(outcome: ProgramOutcome): string | undefined {
  const name = nameOf(outcome.program);
  switch (outcome.kind) {
    case 'registered':
      return undefined;
    case 'taken':
      return `${name} is served by another process, on port ${outcome.port}: clients have to be told our port`;
    case 'refused':
      return `the portmapper does not register ${name}`;
  }
}
