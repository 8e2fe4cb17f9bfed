import type { Environment } from '../../../environment/environment.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import { HttpPortDirectory } from '../../../pa/directory/http-directory.ts';
import type { VolumeEvent } from '../../../pa/server/host.ts';
import type { VolumeServices } from '../../../pa/server/service.ts';
import type { KeyValueEngine } from '../../../stable-area/key-value-engine.ts';
import { AcknowledgementChecker } from '../checkers/acknowledgement-checker.ts';
import { tapConnection, tapDatagrams, tapEngine } from '../checkers/server-tap.ts';
import { Scheduler } from '../core/scheduler.ts';
import { SimulatedProcess } from '../core/simulated-process.ts';
import { SimulatedDisk } from '../disk/simulated-disk.ts';
import { simulatedFolder } from '../disk/simulated-folder.ts';
import { DiskFaults } from '../faults/disk-faults.ts';
import { type NetworkFaults, SimulatedNetwork } from '../network/simulated-network.ts';
import { SimulatedPam, simulatedHttp } from '../pam/simulated-pam.ts';
import {
  aliasName,
  areaDirectory,
  createSimulatedServices,
  type ServerSettings,
  type SimulatedServer,
  startSimulatedServer,
} from './simulated-server.ts';

export interface ClusterOptions {
  readonly seed: number;
  /** Default: a file server. */
  readonly serves?: { readonly alias: string; readonly services: VolumeServices };
  /** Whose time, network and PAMs are this one's too; the disk is another machine's. Its seed must be another one. */
  readonly beside?: SimulatedCluster;
  readonly settings: ServerSettings;
  readonly networkFaults: NetworkFaults;
  readonly looksAtOnce: boolean;
  /** Which part of what disks do from memory takes no step: others get none meanwhile. */
  readonly inTurnShare: number;
  readonly pams: number;
  /** Whether a successor ends a process that hangs, as on one machine; else it wakes up later. */
  readonly endsHung: boolean;
  /** How many of the last steps are kept for a report. */
  readonly recentMax?: number;
}

/** What became of a server process. */
export interface Member {
  readonly node: string;
  readonly process: SimulatedProcess;
  readonly disk: DiskFaults;
  /** Undefined while it starts. */
  server: SimulatedServer | undefined;
  /** 0 while it does not serve, as far as it knows. */
  epoch: number;
  /** What it holds, or held last. */
  engine: KeyValueEngine | undefined;
}

const claimsPrefix = `${areaDirectory}/claims/`;

/** Servers, PAMs, a disk and a network in one simulated world. Clients are made by whoever needs them. */
export class SimulatedCluster {
  readonly scheduler: Scheduler;
  readonly disk = new SimulatedDisk('disk');
  readonly network: SimulatedNetwork;
  readonly pams: readonly SimulatedPam[];
  readonly checker = new AcknowledgementChecker();
  /** The living process of each node. */
  readonly members = new Map<string, Member>();
  readonly problems: string[] = [];
  readonly #options: ClusterOptions;
  readonly #serves: { readonly alias: string; readonly services: VolumeServices };
  /** Those that live. */
  readonly #processes = new Map<number, SimulatedProcess>();
  #pids = 0;
  takeovers = 0;
  /** Those of which some client waited for an answer, after which the new holder has answered. */
  takeoversUnderLoad = 0;
  /** Names of processes that took over under load and have not answered yet. */
  readonly #awaited = new Set<string>();
  /** Whether any client waits for an answer. */
  isUnderLoad: () => boolean = () => false;
  /** Told of each operation of a server's folder when it takes effect. */
  onOperation: ((member: Member, operation: string, path: string) => void) | undefined;
  /** Told of everything that happens to the volume of a server. */
  onEvent: ((member: Member, event: VolumeEvent) => void) | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { beside, serves } = options;
    this.#serves = serves ?? {
      alias: aliasName,
      services: createSimulatedServices(seededRandom(options.seed)),
    };
    this.scheduler = beside?.scheduler ?? new Scheduler(options.seed, options.recentMax);
    const { scheduler, checker } = this;
    this.network =
      beside?.network ??
      new SimulatedNetwork(scheduler, scheduler.random.fork('network'), options.networkFaults);
    checker.onAnswer = (process) => {
      if (this.#awaited.delete(process)) this.takeoversUnderLoad += 1;
    };
    this.#tapConnections();
    this.#tapDatagrams();
    this.pams =
      beside?.pams ??
      Array.from(
        { length: options.pams },
        (_, index) => new SimulatedPam(scheduler, `http://pam-${index}:7460`),
      );
  }

  /** A process with its own part of the world. */
  makeProcess(name: string): SimulatedProcess {
    this.#pids += 1;
    const pid = this.#pids;
    const random = seededRandom(this.#options.seed * 1_000 + pid);
    const bootMs = this.scheduler.random.integer(1_000, 100_000);
    const process = new SimulatedProcess(this.scheduler, name, pid, random, bootMs);
    this.#processes.set(pid, process);
    process.onDeath(() => {
      this.#processes.delete(pid);
      this.checker.died(name);
    });
    return process;
  }

  directoryOf(process: SimulatedProcess): HttpPortDirectory {
    const { scheduler, pams } = this;
    const { latencyMs } = this.#options.networkFaults;
    const http = simulatedHttp(scheduler, process, pams, latencyMs);
    return new HttpPortDirectory({ environment: process, http, urls: pams.map(({ url }) => url) });
  }

  /** A client's world has no folder. `datagramPort`: the one that its datagrams come from. */
  clientEnvironment(process: SimulatedProcess, datagramPort?: number): Omit<Environment, 'folder'> {
    const { clock, timers, random } = process;
    return { clock, timers, random, network: this.network.of(process, datagramPort) };
  }

  /** Starts a process of the node, which must have none that lives. */
  startServer(node: string): Member {
    const life = this.#pids + 1;
    const process = this.makeProcess(`${node}.${life}`);
    const { scheduler, checker } = this;
    const random = scheduler.random.fork(`disk ${process.name}`);
    const disk = new DiskFaults(scheduler, random, this.#options.inTurnShare);
    const member: Member = { node, process, disk, server: undefined, epoch: 0, engine: undefined };
    this.members.set(node, member);
    const folder = simulatedFolder({
      scheduler,
      process,
      disk: this.disk,
      faults: disk,
      looksAtOnce: this.#options.looksAtOnce,
      observe: (operation, path) => {
        this.#noteLook(process, operation, path);
        this.onOperation?.(member, operation, path);
      },
    });
    const environment = { ...this.clientEnvironment(process), folder };
    startSimulatedServer({
      alias: this.#serves.alias,
      process,
      environment,
      directory: this.directoryOf(process),
      settings: this.#options.settings,
      services: this.#serves.services,
      endProcess: (pid) => !process.isDead && this.#endProcess(pid),
      observe: (event) => {
        this.#note(member, event);
      },
      wrapEngine: (factory) =>
        tapEngine(
          factory,
          checker,
          process.name,
          () => scheduler.steps,
          (engine) => {
            member.engine = engine;
          },
        ),
    })
      .then((server) => {
        member.server = server;
      })
      .catch((error: unknown) => {
        // As at the start of a real process that finds its disk broken: it ends, and is started again.
        this.problems.push(`${process.name} did not start: ${String(error)}`);
        process.kill();
      });
    return member;
  }

  /** The member that serves, as far as it knows. */
  get primary(): Member | undefined {
    let found: Member | undefined;
    for (const member of this.members.values()) {
      if (!member.process.isDead && member.epoch > (found?.epoch ?? 0)) found = member;
    }
    return found;
  }

  /** What no fault explains: a bug that was reported instead of an answer. */
  get fatalProblems(): readonly string[] {
    return this.problems.filter((problem) => /server fault|could not be processed/.test(problem));
  }

  /** Who waits for what, for the report of a hang. */
  describe(): string {
    const lines = [
      `${this.scheduler.nowMs.toFixed(1)} ms, ${this.scheduler.steps} steps, ${this.takeovers} takeovers`,
    ];
    for (const { process, server } of this.members.values()) {
      const status = server?.volume.status();
      lines.push(
        `${process.name}: ${process.state}, ${status === undefined ? 'starting' : `${status.role} of epoch ${status.epoch}, ${JSON.stringify(status.statistics)}`}`,
      );
    }
    return [...lines, ...this.problems.slice(-10), ...this.scheduler.trace.recent].join('\n');
  }

  #endProcess(pid: number): boolean {
    const process = this.#processes.get(pid);
    if (process === undefined || !this.#options.endsHung) return false;
    process.kill();
    return true;
  }

  #note(member: Member, event: VolumeEvent): void {
    if (member.process.isDead) return;
    if (event.kind === 'primary') {
      this.takeovers += 1;
      if (this.isUnderLoad()) this.#awaited.add(member.process.name);
      member.epoch = event.epoch;
    }
    if (event.kind === 'lost') member.epoch = 0;
    if (event.kind === 'problem') {
      this.problems.push(`${member.process.name}: ${event.message}: ${messagesOf(event.cause)}`);
    }
    this.onEvent?.(member, event);
  }

  /** A look for the next claim that finds none is what covers a reply. */
  #noteLook(process: SimulatedProcess, operation: string, path: string): void {
    if (operation !== 'status' || !path.startsWith(claimsPrefix)) return;
    const epoch = Number(path.slice(claimsPrefix.length));
    if (!(epoch >= 2) || this.disk.find(`${areaDirectory}/claims/${epoch}`) !== undefined) return;
    this.checker.looked(process.name, epoch - 1, this.scheduler.steps);
  }

  /** Those of its own processes; the others' are watched by their own clusters. */
  #tapConnections(): void {
    const { checker, scheduler, network } = this;
    const others = network.observe;
    network.observe = (stream) =>
      this.#processes.get(stream.owner.pid) === stream.owner
        ? tapConnection(checker, stream, () => scheduler.steps)
        : others?.(stream);
  }

  #tapDatagrams(): void {
    const taps = new Map<string, ReturnType<typeof tapDatagrams>>();
    this.network.observeDatagrams = ({ name }, what, bytes, peer) => {
      const key = `${name} ${peer.port}`;
      const tap = taps.get(key) ?? tapDatagrams(this.checker, name, () => this.scheduler.steps);
      taps.set(key, tap);
      tap[what](bytes);
    };
  }
}

/** An error and what caused it. */
function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messagesOf(error.cause)}`;
}
