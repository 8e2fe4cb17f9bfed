import { aliasNameRule, isAliasName, isPort, isSamePlace, type Port } from '../directory/port.ts';

export const aliasesMaxDefault = 10_000;

/** One alias as PAM knows it. */
export interface AliasEntry {
  readonly name: string;
  /** UI of the area that it belongs to; undefined before the first registration and after a reset. */
  readonly areaUi: string | undefined;
  /** Where it is served, as last registered: a hint, kept when its server is gone. */
  readonly port: Port | undefined;
}

/** What happened to an alias, for those who watch. */
export type AliasChange =
  | { readonly kind: 'alias'; readonly entry: AliasEntry }
  | { readonly kind: 'deleted'; readonly name: string };

export type CreateOutcome = { readonly kind: 'created' } | { readonly kind: 'exists' } | Refusal;

export type RegisterOutcome =
  | { readonly kind: 'registered'; readonly changed: boolean }
  /** A holder with a higher epoch has registered: the caller is fenced. */
  | { readonly kind: 'stale-epoch'; readonly known: Port }
  /** The alias belongs to another area. */
  | { readonly kind: 'other-area'; readonly areaUi: string }
  | Refusal;

export type Refusal =
  | { readonly kind: 'bad-name'; readonly reason: string }
  | { readonly kind: 'bad-port'; readonly reason: string }
  | { readonly kind: 'full'; readonly aliasesMax: number };

interface Entry {
  port: Port | undefined;
  /** The area that this alias belongs to. */
  areaUi: string | undefined;
  /** The area that a reset took it from: its heartbeats would otherwise take the alias back at once. */
  refusedAreaUi: string | undefined;
}

/**
 * The mapping alias -> port, without any I/O. It is a directory and never an arbiter: the order of ports is given by
 * the stable area (area UI, epoch), and all that is decided here is never to go back in that order.
 */
export class AliasDirectory {
  readonly #entries = new Map<string, Entry>();
  readonly #aliasesMax: number;
  readonly #onChange: (change: AliasChange) => void;

  constructor(
    options: {
      readonly aliasesMax?: number;
      readonly onChange?: (change: AliasChange) => void;
    } = {},
  ) {
    this.#aliasesMax = options.aliasesMax ?? aliasesMaxDefault;
    this.#onChange = options.onChange ?? (() => undefined);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): AliasEntry | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : view(name, entry);
  }

  /** In the order of their names. */
  list(): AliasEntry[] {
    return [...this.#entries]
      .map(([name, entry]) => view(name, entry))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  create(name: string): CreateOutcome {
    if (this.#entries.has(name)) return { kind: 'exists' };
    const refusal = this.#add(name);
    if (refusal !== undefined) return refusal;
    this.#tell(name);
    return { kind: 'created' };
  }

  /** False where there is none. A server that still serves the alias makes it again with its next registration. */
  delete(name: string): boolean {
    if (!this.#entries.delete(name)) return false;
    this.#onChange({ kind: 'deleted', name });
    return true;
  }

  /** The holder of the alias's area says where it serves. Makes the alias if need be: a PAM that lost everything is refilled by heartbeats. */
  register(name: string, port: Port): RegisterOutcome {
    if (!isPort(port)) return { kind: 'bad-port', reason: 'a field is outside its limits' };
    const refusal = this.#entries.has(name) ? undefined : this.#add(name);
    if (refusal !== undefined) return refusal;
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`alias ${name} was just made`);
    if (
      entry.areaUi === undefined
        ? entry.refusedAreaUi === port.areaUi
        : entry.areaUi !== port.areaUi
    ) {
      return { kind: 'other-area', areaUi: entry.areaUi ?? 'none since the alias was reset' };
    }
    const known = entry.port;
    if (known !== undefined && port.epoch < known.epoch) return { kind: 'stale-epoch', known };
    const changed = !isSamePlace(known, port);
    entry.port = port;
    entry.areaUi = port.areaUi;
    entry.refusedAreaUi = undefined;
    if (changed) this.#tell(name);
    return { kind: 'registered', changed };
  }

  /**
   * Takes the alias from its area, so that another one may have it: `areaUi` where it is given, otherwise the first
   * other one that registers. False where there is no such alias.
   */
  reset(name: string, areaUi?: string): boolean {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    entry.refusedAreaUi = areaUi === undefined ? (entry.areaUi ?? entry.refusedAreaUi) : undefined;
    entry.areaUi = areaUi;
    if (entry.port?.areaUi !== areaUi) entry.port = undefined;
    this.#tell(name);
    return true;
  }

  #add(name: string): Refusal | undefined {
    if (!isAliasName(name)) return { kind: 'bad-name', reason: aliasNameRule };
    if (this.#entries.size >= this.#aliasesMax) {
      return { kind: 'full', aliasesMax: this.#aliasesMax };
    }
    this.#entries.set(name, { port: undefined, areaUi: undefined, refusedAreaUi: undefined });
    return undefined;
  }

  #tell(name: string): void {
    const entry = this.get(name);
    if (entry !== undefined) this.#onChange({ kind: 'alias', entry });
  }
}

function view(name: string, { areaUi, port }: Entry): AliasEntry {
  return { name, areaUi, port };
}
