import type { Failpoint } from '../killer/moment.ts';
import type { AdminClient, AdminStatus } from './admin-client.ts';
import type { Cluster, Role, ServerView } from './cluster.ts';

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
        return status === undefined
          ? []
          : [{ node: status.node, pid: status.pid, adminUrl, role: this.#role(status) }];
      }),
    );
    return answers.flat();
  }

  async kill(server: ServerView): Promise<void> {
    // It dies before it can answer.
    await this.#admin.order(server.adminUrl, this.alias, 'now').catch(() => undefined);
  }

  arm(server: ServerView, point: Failpoint): Promise<void> {
    return this.#admin.order(server.adminUrl, this.alias, point);
  }

  /** In containers pids repeat; but a process that was started again is no primary before it has lost that role. */
  async isAlive(server: ServerView): Promise<boolean> {
    const status = await this.#status(server.adminUrl);
    return status?.pid === server.pid && status !== undefined && this.#role(status) === server.role;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #status(adminUrl: string): Promise<AdminStatus | undefined> {
    return this.#admin.status(adminUrl).catch(() => undefined);
  }

  #role({ roles }: AdminStatus): Role {
    return roles.get(this.alias) ?? 'other';
  }
}
