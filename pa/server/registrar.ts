import type { Clock } from '../../environment/clock.ts';
import type { Endpoint } from '../../environment/network.ts';
import type { PamRegistration } from '../directory/port-directory.ts';

export interface RegistrarParts {
  readonly clock: Clock;
  readonly register: (service: Endpoint) => Promise<readonly PamRegistration[]>;
  /** PAM knows it now, for the first time. */
  readonly registered: (elapsedMs: number) => void;
  readonly problem: (message: string, cause: unknown) => void;
}

/** Tells the PAMs where a volume is served under one claim, and whoever operates it what they refuse. Never rejects. */
export class Registrar {
  readonly #parts: RegistrarParts;
  #isRegistered = false;
  #problems = '';

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /** Whether some PAM knows of this claim. */
  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  async tell(service: Endpoint): Promise<void> {
    const { clock, register, problem } = this.#parts;
    const startMs = clock.monotonicMs();
    try {
      this.#told(await register(service), clock.monotonicMs() - startMs);
    } catch (error) {
      problem('the address could not be registered', error);
    }
  }

  /** What went wrong is reported once, not with each heartbeat: clients that know us do not need PAM. */
  #told(registrations: readonly PamRegistration[], elapsedMs: number): void {
    const refused: string[] = [];
    for (const { pam, outcome } of registrations) {
      if (outcome.kind === 'registered') {
        if (!this.#isRegistered) this.#parts.registered(elapsedMs);
        this.#isRegistered = true;
      } else if (outcome.kind !== 'stale-epoch') {
        refused.push(`${pam}: ${outcome.kind === 'unreachable' ? 'unreachable' : outcome.message}`);
      }
    }
    const problems = refused.join('; ');
    if (problems !== '' && problems !== this.#problems) {
      this.#parts.problem(`the address is not registered everywhere: ${problems}`, undefined);
    }
    this.#problems = problems;
  }
}
