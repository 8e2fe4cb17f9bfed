import { resolve } from 'node:path';
import type { ProcessReport } from '../../process/process-report.ts';
import { CommandFailure } from '../failure.ts';
import { ChildProgram } from './child-program.ts';
import {
  type ClusterFile,
  type ClusterServer,
  removeClusterFile,
  writeClusterFile,
} from './cluster-file.ts';
import { ClusterStory, describeEnding, type Ending } from './cluster-story.ts';
import type { HeldPorts } from './held-ports.ts';
import { RestartBackoff } from './restart-backoff.ts';
import type { UpOutput } from './up-output.ts';

/** How long a child may take to end before it is killed: longer than it gives itself. */
const endPatienceMs = 10_000;

export interface ClusterOptions {
  readonly folder: string;
  readonly secretFile: string;
  readonly pamUrl: string;
  readonly aliases: readonly string[];
  readonly nodes: readonly string[];
  /** Closed with the cluster. */
  readonly ports: HeldPorts;
  /** Behind `fuga`: */
  readonly pamCommand: readonly string[];
  readonly serverCommand: (node: string) => readonly string[];
  readonly output: UpOutput;
  readonly nextCommands: (cluster: ClusterFile) => readonly string[];
}

/** A program that is started again whenever it ends. */
interface Member {
  readonly name: string;
  readonly command: readonly string[];
  readonly backoff: RestartBackoff;
  /** It was started at least once. */
  started: boolean;
  child: ChildProgram | undefined;
  restart: NodeJS.Timeout | undefined;
  /** What it last said about itself. */
  report: ProcessReport | undefined;
}

/** A PAM and the processes of a pair as children of this process: starts them, keeps them running, tells what happens, ends them. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #story: ClusterStory;
  readonly #pam: Member;
  readonly #servers: readonly Member[];
  #ready = false;
  #ending: Promise<void> | undefined;
  #settle: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#story = new ClusterStory(options.aliases);
    this.#pam = member('PAM', options.pamCommand);
    this.#servers = options.nodes.map((node) => member(node, options.serverCommand(node)));
  }

  /** Resolves when every volume is served and every server stands by; rejects with a CommandFailure where one cannot start. */
  async start(): Promise<void> {
    const settled = new Promise<void>((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.#startNext();
    await settled;
    this.#ready = true;
    const cluster = this.#describe();
    const pamPid = this.#pam.child?.pid ?? 0;
    this.#options.output.ready(cluster, pamPid, this.#options.nextCommands(cluster));
  }

  /** Ends all children: backups first, so that nobody takes over from a primary that ends. Idempotent. */
  end(): Promise<void> {
    this.#ending ??= this.#endAll();
    return this.#ending;
  }

  /** Ends all children at once. */
  kill(): void {
    for (const { child } of this.#members()) child?.kill();
  }

  async #endAll(): Promise<void> {
    for (const one of this.#members()) clearTimeout(one.restart);
    // From here on new connections are refused, or wait for whoever passed us the socket.
    this.#options.ports.close();
    const isPrimary = ({ name }: Member): boolean =>
      Object.values(this.#story.roles(name)).includes('primary');
    const waves = [
      this.#servers.filter((server) => !isPrimary(server)),
      this.#servers.filter(isPrimary),
      [this.#pam],
    ];
    for (const wave of waves) {
      await Promise.all(wave.map(async ({ child }) => child?.end(endPatienceMs)));
    }
    removeClusterFile(this.#options.folder);
  }

  #members(): Member[] {
    return [...this.#servers, this.#pam];
  }

  /**
   * One after the other: a server finds its PAM, and a backup its primary. Started together they would sort it out too,
   * with lines that frighten a newcomer.
   */
  #startNext(): void {
    const order = [this.#pam, ...this.#servers.slice(0, 1)];
    const waitsFor = order.find((one) => !this.#isInPlace(one));
    if (waitsFor !== undefined) {
      if (!waitsFor.started) this.#run(waitsFor);
      return;
    }
    for (const server of this.#servers) if (!server.started) this.#run(server);
  }

  #isInPlace(one: Member): boolean {
    return one.report !== undefined && (one === this.#pam || this.#story.hasRoles(one.name));
  }

  #run(one: Member): void {
    const { output } = this.#options;
    const child = new ChildProgram(one.command, {
      report: (report) => {
        this.#reported(one, child, report);
      },
      port: (message) => {
        this.#options.ports.heard(child, message);
      },
      closed: () => {
        this.#options.ports.gone(child);
      },
      line: (text, from) => {
        // Why it could not start is told once, when it has ended.
        if (this.#ready || from === 'log') output.childLine(one.name, text, from);
      },
      ended: (ending, livedMs) => {
        this.#ended(one, child, ending, livedMs);
      },
    });
    one.started = true;
    one.child = child;
    if (one !== this.#pam) this.#story.started(one.name, child.pid);
  }

  #reported(one: Member, child: ChildProgram, report: ProcessReport): void {
    if (report.kind === 'volume') {
      const { alias, event } = report;
      if (event.kind === 'primary') this.#options.ports.isPrimary(alias, child, event.epoch);
      const line = this.#story.event(one.name, alias, event, performance.now());
      if (line !== undefined) this.#options.output.story(line);
    } else {
      if (this.#ready && one === this.#pam) this.#tellReturn(one);
      one.report = report;
    }
    this.#publish();
    if (!this.#ready) this.#startNext();
    if (this.#members().every((each) => this.#isInPlace(each)) && this.#story.isSettled) {
      this.#settle();
    }
  }

  #ended(one: Member, child: ChildProgram, ending: Ending, livedMs: number): void {
    const inPlace = this.#isInPlace(one);
    one.child = undefined;
    one.report = undefined;
    if (this.#ending !== undefined) return;
    if (!this.#ready && ending.signal === null) {
      this.#fail(new CommandFailure(lastWords(one.name, child)));
      return;
    }
    const innocent = ending.signal === 'SIGKILL' && inPlace;
    const isLast = this.#servers.every((server) => server.child === undefined);
    this.#tellDeath(one, child, ending);
    this.#publish();
    one.restart = setTimeout(
      () => {
        this.#run(one);
      },
      one.backoff.nextDelayMs(livedMs, { innocent, isLast }),
    );
  }

  #tellDeath(one: Member, { pid }: ChildProgram, ending: Ending): void {
    if (one === this.#pam) {
      const text = `the PAM (pid ${pid}) ${describeEnding(ending)}; clients go on with what they know`;
      const { code, signal } = ending;
      this.#options.output.story({
        kind: 'died',
        text,
        fields: { node: 'PAM', pid, code, signal },
      });
      return;
    }
    this.#options.output.story(this.#story.died(one.name, ending, performance.now()));
  }

  #tellReturn({ child, name }: Member): void {
    const pid = child?.pid ?? 0;
    const text = `the PAM is back (pid ${pid})`;
    this.#options.output.story({ kind: 'standing-by', text, fields: { node: name, pid } });
  }

  #publish(): void {
    writeClusterFile(this.#options.folder, this.#describe());
  }

  #describe(): ClusterFile {
    const { pamUrl, secretFile, aliases, ports } = this.#options;
    return {
      pid: process.pid,
      pams: [pamUrl],
      secretFile: resolve(secretFile),
      aliases,
      ports: ports.byAlias,
      servers: this.#servers.flatMap((server) => this.#describeServer(server)),
    };
  }

  #describeServer({ name, child, report }: Member): ClusterServer[] {
    if (child === undefined || report?.kind !== 'server') return [];
    const { adminUrl, pairAddress } = report;
    return [{ node: name, pid: child.pid, adminUrl, pairAddress, roles: this.#story.roles(name) }];
  }
}

function member(name: string, command: readonly string[]): Member {
  return {
    name,
    command,
    backoff: new RestartBackoff(),
    started: false,
    child: undefined,
    restart: undefined,
    report: undefined,
  };
}

/** A child that could not start has said why, in one line for people. */
function lastWords(name: string, { lastLines }: ChildProgram): string {
  const first = lastLines.findIndex((line) => line.startsWith('fuga '));
  const said = lastLines
    .slice(Math.max(0, first))
    .join('\n')
    .replace(/^fuga [a-z]+: /, '');
  return `${name} could not start: ${said === '' ? 'it said nothing; try again with --verbose' : said}`;
}
