import type { Accusation, Role } from '../../../pa/server/host.ts';
import type { ReportedEvent } from '../../process/process-report.ts';

/** How a process ended, as the system tells. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Something worth telling: a sentence for people, fields for programs. */
export interface StoryLine {
  readonly kind:
    | 'died'
    | 'accused'
    | 'took-over'
    | 'standing-by'
    | 'gave-up'
    | 'ended-hung'
    | 'problem';
  readonly text: string;
  readonly fields: Readonly<Record<string, string | number | readonly string[] | null>>;
}

interface Server {
  readonly pid: number;
  readonly roles: Map<string, Role>;
}

interface Fault {
  readonly node: string;
  readonly atMs: number;
}

/** Makes sentences of what the processes of a cluster report, and knows who is what. Times are monotonic, in ms. */
export class ClusterStory {
  readonly #aliases: readonly string[];
  readonly #servers = new Map<string, Server>();
  readonly #primaries = new Map<string, string>();
  /** The fault of each alias whose volume nobody serves since. */
  readonly #faults = new Map<string, Fault>();
  /** Nodes that were started again and have not told what they are now. */
  readonly #returning = new Set<string>();
  #everServed = new Set<string>();

  constructor(aliases: readonly string[]) {
    this.#aliases = aliases;
  }

  started(node: string, pid: number): void {
    this.#servers.set(node, { pid, roles: new Map() });
  }

  died(node: string, ending: Ending, atMs: number): StoryLine {
    const pid = this.#servers.get(node)?.pid ?? 0;
    const served = this.#aliases.filter((alias) => this.#primaries.get(alias) === node);
    for (const alias of served) {
      this.#primaries.delete(alias);
      this.#faults.set(alias, { node, atMs });
    }
    this.#servers.delete(node);
    this.#returning.add(node);
    const what = served.length > 0 ? `, primary of ${join(served)},` : '';
    return {
      kind: 'died',
      text: `${node} (pid ${pid})${what} ${describeEnding(ending)}`,
      fields: { node, pid, served, signal: ending.signal, code: ending.code },
    };
  }

  /** The sentence for an event, where it makes one. */
  event(node: string, alias: string, event: ReportedEvent, atMs: number): StoryLine | undefined {
    const server = this.#servers.get(node);
    if (server === undefined) return undefined;
    switch (event.kind) {
      case 'accused':
        server.roles.set(alias, 'claiming');
        return this.#accused(node, alias, event.accusation);
      case 'primary':
        // Whoever held it before is fenced by now, and will notice.
        for (const { roles } of this.#servers.values()) {
          if (roles.get(alias) === 'primary') roles.set(alias, 'backup');
        }
        server.roles.set(alias, 'primary');
        return this.#primary(node, alias, event, atMs);
      case 'backup':
        server.roles.set(alias, 'backup');
        return this.#backup(node, server.pid, alias, event.primaryNode);
      case 'lost':
        server.roles.set(alias, 'backup');
        if (this.#primaries.get(alias) === node) this.#primaries.delete(alias);
        return line('gave-up', `${node} gave ${alias} up (${event.reason})`, { node, alias });
      case 'problem':
        return line('problem', `${node}, ${alias}: ${event.message}`, { node, alias });
      case 'hung-process-ended': {
        const { node: hung, pid } = event;
        const text = `${node} ended ${hung} (pid ${pid}), which answered nothing`;
        return line('ended-hung', text, { node, alias, hung, pid });
      }
      case 'takeover-part':
      case 'claim-lost':
        return undefined;
    }
  }

  role(node: string, alias: string): Role {
    return this.#servers.get(node)?.roles.get(alias) ?? 'starting';
  }

  roles(node: string): Record<string, Role> {
    return Object.fromEntries(this.#aliases.map((alias) => [alias, this.role(node, alias)]));
  }

  /** The process has found its place: it serves each alias or stands by. */
  hasRoles(node: string): boolean {
    return Object.values(this.roles(node)).every((role) => role === 'primary' || role === 'backup');
  }

  /** Every alias is served, and every server has said what it is. */
  get isSettled(): boolean {
    return (
      this.#aliases.every((alias) => this.#primaries.has(alias)) &&
      [...this.#servers.keys()].every((node) => this.hasRoles(node))
    );
  }

  #accused(node: string, alias: string, accusation: Accusation): StoryLine | undefined {
    const reason = describeAccusation(accusation);
    const primary = this.#primaries.get(alias);
    // That a dead process is dead was told when it died.
    if (reason === undefined || primary === undefined || primary === node) return undefined;
    return line('accused', `${primary} ${reason}: ${node} takes ${alias} over`, {
      node,
      alias,
      primary,
      accusation,
    });
  }

  #primary(
    node: string,
    alias: string,
    event: ReportedEvent & { kind: 'primary' },
    atMs: number,
  ): StoryLine | undefined {
    const fault = this.#faults.get(alias);
    const first = !this.#everServed.has(alias);
    this.#everServed.add(alias);
    this.#faults.delete(alias);
    this.#primaries.set(alias, node);
    this.#returning.delete(node);
    if (first) return undefined;
    const { epoch, port, takeoverMs } = event;
    const stallMs = Math.round(fault === undefined ? takeoverMs : atMs - fault.atMs);
    const text =
      fault?.node === node
        ? `${node} serves ${alias} again, ${stallMs} ms later: epoch ${epoch}, port ${port}`
        : `${node} took ${alias} over in ${stallMs} ms: epoch ${epoch}, port ${port}`;
    return line('took-over', text, { node, alias, epoch, port, stallMs });
  }

  #backup(node: string, pid: number, alias: string, primaryNode: string): StoryLine | undefined {
    if (!this.#returning.delete(node)) return undefined;
    const text = `${node} is back (pid ${pid}) as backup of ${alias}`;
    return line('standing-by', text, { node, pid, alias, primaryNode });
  }
}

function line(kind: StoryLine['kind'], text: string, fields: StoryLine['fields']): StoryLine {
  return { kind, text, fields };
}

/** What became of a process, after its name. */
export function describeEnding({ code, signal }: Ending): string {
  if (signal === 'SIGKILL') return 'was killed (SIGKILL)';
  return signal === null ? `ended with exit code ${code ?? 'unknown'}` : `died of ${signal}`;
}

function describeAccusation(accusation: Accusation): string | undefined {
  switch (accusation) {
    case 'silent':
      return 'does not answer';
    case 'not-serving':
      return 'does not serve any more';
    case 'unfinished-claim':
      return 'did not finish its takeover';
    case 'switchover':
      return 'hands over';
    case 'dead':
    case 'new':
      return undefined;
  }
}

function join(names: readonly string[]): string {
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
