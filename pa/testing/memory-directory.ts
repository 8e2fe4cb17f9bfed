import type { Timers } from '../../environment/clock.ts';
import type { Port } from '../directory/port.ts';
import type {
  Lookup,
  PamRegistration,
  PortDirectory,
  Registration,
  Subscription,
} from '../directory/port-directory.ts';
import { AliasDirectory, type RegisterOutcome } from '../manager/alias-directory.ts';

/** A directory inside the process, for tests: one PAM without HTTP. */
export class MemoryDirectory implements PortDirectory {
  readonly description = 'memory';
  readonly #timers: Timers;
  readonly #listeners = new Map<string, Set<(port: Port) => void>>();
  #aliases: AliasDirectory;
  #isReachable = true;
  /** How often `lookup` was called. */
  lookups = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
    this.#aliases = this.#empty();
  }

  /** Subscriptions that are open. */
  get subscriptions(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** False: as if no PAM could be reached. Subscribers are told nothing meanwhile, and everything afterwards. */
  set isReachable(isReachable: boolean) {
    this.#isReachable = isReachable;
    if (!isReachable) return;
    for (const { name, port } of this.#aliases.list())
      if (port !== undefined) this.#tell(name, port);
  }

  /** As a PAM that was killed and started again. */
  restartEmpty(): void {
    this.#aliases = this.#empty();
  }

  /** Makes an alias that nobody serves. */
  create(alias: string): void {
    this.#aliases.create(alias);
  }

  /** As `fuga alias reset`. */
  reset(alias: string): void {
    this.#aliases.reset(alias);
  }

  lookup(alias: string): Promise<Lookup> {
    this.lookups += 1;
    return new Promise((resolve) => {
      this.#timers.soon(() => resolve(this.#look(alias)));
    });
  }

  subscribe(alias: string, onPort: (port: Port) => void): Subscription {
    const listeners = this.#listeners.get(alias) ?? new Set();
    this.#listeners.set(alias, listeners);
    const listener = (port: Port): void => onPort(port);
    listeners.add(listener);
    const first = this.#timers.soon(() => {
      const port = this.#aliases.get(alias)?.port;
      if (port !== undefined && this.#isReachable) listener(port);
    });
    return {
      close() {
        first.cancel();
        listeners.delete(listener);
      },
    };
  }

  register(alias: string, port: Port): Promise<readonly PamRegistration[]> {
    return Promise.resolve([{ pam: this.description, outcome: this.#register(alias, port) }]);
  }

  close(): void {
    this.#listeners.clear();
  }

  #look(alias: string): Lookup {
    if (!this.#isReachable) return { kind: 'unreachable', cause: unreachable() };
    const entry = this.#aliases.get(alias);
    if (entry === undefined) return { kind: 'unknown-alias' };
    return entry.port === undefined ? { kind: 'no-port' } : { kind: 'found', port: entry.port };
  }

  #register(alias: string, port: Port): Registration {
    if (!this.#isReachable) return { kind: 'unreachable', cause: unreachable() };
    return registrationOf(this.#aliases.register(alias, port));
  }

  #empty(): AliasDirectory {
    return new AliasDirectory({
      onChange: (change) => {
        if (change.kind !== 'alias' || !this.#isReachable) return;
        const { name, port } = change.entry;
        if (port !== undefined) this.#tell(name, port);
      },
    });
  }

  #tell(alias: string, port: Port): void {
    this.#timers.soon(() => {
      for (const listener of this.#listeners.get(alias) ?? []) listener(port);
    });
  }
}

function registrationOf(outcome: RegisterOutcome): Registration {
  switch (outcome.kind) {
    case 'registered':
    case 'stale-epoch':
      return { kind: outcome.kind };
    case 'other-area':
      return { kind: outcome.kind, message: `belongs to ${outcome.areaUi}` };
    case 'bad-name':
    case 'bad-port':
      return { kind: 'refused', message: outcome.reason };
    case 'full':
      return { kind: 'refused', message: 'no room' };
  }
}

function unreachable(): Error {
  return Object.assign(new Error('PAM is down'), { code: 'ECONNREFUSED' });
}
