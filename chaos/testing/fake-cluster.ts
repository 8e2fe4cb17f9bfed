import type { Cluster, DiskControl, OwnControl, ServerView } from '../cluster/cluster.ts';
import type { Failpoint } from '../faults/moment.ts';

/** A pair that is only told of, and notes what is done to it. Killing `a` makes `b` primary, and the other way round. */
export class FakeCluster implements Cluster {
  readonly pams = ['http://127.0.0.1:1'];
  readonly alias = 'home';
  readonly notes: string[] = [];
  /** What the control of processes does beside its note. */
  onPause: (server: ServerView) => void = () => undefined;
  onResume: (server: ServerView) => void = () => undefined;
  readonly own: OwnControl & { readonly disk: DiskControl } = {
    services: [],
    disk: {
      fill: (leftBytes) => this.#note(`fill but ${leftBytes}`),
      free: () => this.#note('free'),
    },
    links: {
      cut: (node, cut) => this.#note(`cut ${node} ${cut}`),
      mend: () => this.#note('mend'),
    },
    pause: (server) => {
      this.notes.push(`pause ${server.node}`);
      this.onPause(server);
    },
    resume: (server) => {
      this.notes.push(`resume ${server.node}`);
      this.onResume(server);
    },
    terminate: (server) => {
      this.notes.push(`terminate ${server.node}`);
      this.succeed();
    },
    killPam: (index) => this.#note(`kill PAM ${index}`),
  };
  /** What arming does: by default the server dies at once. */
  onArm: (server: ServerView, point: Failpoint) => Promise<void> = (server) => this.#die(server);
  onDeath: () => Promise<void> = () => Promise.resolve();
  hasBackup = true;
  #primary = 'a';
  #pid = 100;

  servers(): Promise<readonly ServerView[]> {
    const backup = this.#primary === 'a' ? 'b' : 'a';
    const view = (node: string, pid: number, role: ServerView['role']): ServerView => ({
      node,
      pid,
      adminUrl: `http://${node}`,
      role,
      sinceMs: undefined,
    });
    const primary = view(this.#primary, this.#pid, 'primary');
    return Promise.resolve(
      this.hasBackup ? [primary, view(backup, this.#pid + 1, 'backup')] : [primary],
    );
  }

  kill(server: ServerView): Promise<void> {
    this.notes.push(`kill ${server.node}`);
    return this.#die(server);
  }

  arm(server: ServerView, point: Failpoint): Promise<void> {
    this.notes.push(`arm ${server.node} ${point}`);
    return this.onArm(server, point);
  }

  block(server: ServerView, moment: Failpoint | 'now', blockMs: number): Promise<void> {
    this.notes.push(`block ${server.node} ${moment} ${blockMs}`);
    return Promise.resolve();
  }

  switchOver(server: ServerView): Promise<void> {
    this.notes.push(`switch over ${server.node}`);
    return this.#die(server);
  }

  takeovers(): readonly [] {
    return [];
  }

  crashes(): readonly [] {
    return [];
  }

  isAlive(server: ServerView): Promise<boolean> {
    return Promise.resolve(server.node === this.#primary && server.pid === this.#pid);
  }

  /** The backup takes over. */
  succeed(): void {
    this.#primary = this.#primary === 'a' ? 'b' : 'a';
    this.#pid += 1;
  }

  close(): Promise<void> {
    this.notes.push('close');
    return Promise.resolve();
  }

  #note(text: string): Promise<void> {
    this.notes.push(text);
    return Promise.resolve();
  }

  async #die(server: ServerView): Promise<void> {
    if (!(await this.isAlive(server))) return;
    this.succeed();
    await this.onDeath();
  }
}
