import { isSamePlace, type Port } from './port.ts';

/** What one PAM says of an alias. */
export type Statement =
  | { readonly kind: 'port'; readonly port: Port }
  | { readonly kind: 'no-port' }
  | { readonly kind: 'unknown-alias' };

/**
 * One alias as several PAMs see it, each of them possibly restarted empty, behind or wrong. Ports of one area are
 * ordered by their epochs, and this view never goes back; a PAM that knows nothing takes nothing away. Another area is
 * believed only when no PAM names the one that was believed before.
 */
export class PortView {
  /** What each PAM said last. */
  readonly #statements = new Map<string, Statement>();
  /** Area UI -> its best port. Only areas that some PAM names now, and the chosen one. */
  readonly #bestByArea = new Map<string, Port>();
  #chosenArea: string | undefined;

  /** The port to try first. */
  get best(): Port | undefined {
    return this.#chosenArea === undefined ? undefined : this.#bestByArea.get(this.#chosenArea);
  }

  /** Takes what a PAM says; true if `best` is another place now. */
  state(pam: string, statement: Statement): boolean {
    const before = this.best;
    this.#statements.set(pam, statement);
    if (statement.kind === 'port') this.#improve(statement.port);
    this.#choose();
    return !isSamePlace(before, this.best);
  }

  /** What the PAMs that said anything agree on, where there is no port. */
  get emptiness(): 'no-port' | 'unknown-alias' {
    const kinds = [...this.#statements.values()].map(({ kind }) => kind);
    return kinds.includes('no-port') ? 'no-port' : 'unknown-alias';
  }

  #improve(port: Port): void {
    const known = this.#bestByArea.get(port.areaUi);
    if (known === undefined || port.epoch >= known.epoch) this.#bestByArea.set(port.areaUi, port);
  }

  #choose(): void {
    const votes = new Map<string, number>();
    for (const statement of this.#statements.values()) {
      if (statement.kind !== 'port') continue;
      const { areaUi } = statement.port;
      votes.set(areaUi, (votes.get(areaUi) ?? 0) + 1);
    }
    const chosen = this.#chosenArea;
    if (votes.size > 0 && (chosen === undefined || !votes.has(chosen))) {
      this.#chosenArea = mostVotes(votes);
    }
    for (const area of this.#bestByArea.keys()) {
      if (area !== this.#chosenArea && !votes.has(area)) this.#bestByArea.delete(area);
    }
  }
}

function mostVotes(votes: ReadonlyMap<string, number>): string | undefined {
  let found: string | undefined;
  let most = 0;
  for (const [area, count] of votes) {
    if (count > most) {
      most = count;
      found = area;
    }
  }
  return found;
}
