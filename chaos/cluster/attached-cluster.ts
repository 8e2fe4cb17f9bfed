import type { Failpoint } from '../faults/moment.ts';
import type { AdminClient, AdminStatus } from './admin-client.ts';
import type { Cluster, Role, ServerView } from './cluster.ts';
import type { ObservedTakeover } from './takeover-log.ts';

export interface AttachedClusterOptions {
  readonly pams: readonly string[];
  readonly alias: string;
  /** One for each server. */
  readonly adminUrls: readonly string[];
  readonly admin: AdminClient;
}

/**
 * A cluster that others started and keep running, e.g. in containers. Its servers are killed by their own hand; whoever
 * started them starts them again.
 */
export class AttachedCluster implements Cluster {
  readonly pams: readonly string[];
  readonly alias: string;
  readonly own = undefined;
  readonly #adminUrls: readonly string[];
  readonly #admin: AdminClient;

  constructor(options: AttachedClusterOptions) {
    this.pams = options.pams;
    this.alias = options.alias;
    this.#adminUrls = options.adminUrls;
    this.#admin = options.admin;
  }

  async servers(): Promise<readonly ServerView[]> {
    const answers = await Promise.all(
      this.#adminUrls.map(async (adminUrl) => {
        const status = await this.#status(adminUrl);
        return status === undefined ? [] : [this.#view(adminUrl, status)];
      }),
    );
    return answers.flat();
  }

  async kill(server: ServerView): Promise<void> {
    // It dies before it can answer.
    await this.#admin
      .order(server.adminUrl, this.alias, { point: 'now', action: 'kill' })
      .catch(() => undefined);
  }

  arm(server: ServerView, point: Failpoint): Promise<void> {
    return this.#admin.order(server.adminUrl, this.alias, { point, action: 'kill' });
  }

  block(server: ServerView, moment: Failpoint | 'now', blockMs: number): Promise<void> {
    const order = { point: moment, action: 'block', blockMs } as const;
    return this.#admin.order(server.adminUrl, this.alias, order);
  }

  switchOver(server: ServerView): Promise<void> {
    return this.#admin.switchOver(server.adminUrl, this.alias);
  }

  /** In containers pids repeat; but a process that was started again is no primary before it has lost that role. */
  async isAlive(server: ServerView): Promise<boolean> {
    const status = await this.#status(server.adminUrl);
    return status?.pid === server.pid && status !== undefined && this.#role(status) === server.role;
  }

  /** They tell those who started them. */
  takeovers(): readonly ObservedTakeover[] {
    return [];
  }

  crashes(): readonly string[] {
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #view(adminUrl: string, status: AdminStatus): ServerView {
    const { node, pid } = status;
    return { node, pid, adminUrl, role: this.#role(status), sinceMs: undefined };
  }

  #status(adminUrl: string): Promise<AdminStatus | undefined> {
    return this.#admin.status(adminUrl).catch(() => undefined);
  }

  #role({ roles }: AdminStatus): Role {
    return roles.get(this.alias) ?? 'other';
  }
}
