import type { Timer } from '../../environment/clock.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import type { RpcServer } from '../../rpc/server/rpc-server.ts';
import { HolderWatch } from '../../stable-area/records/holder-watch.ts';
import { defaultRecordStoreLimits } from '../../stable-area/records/store.ts';
import type { Holder, HolderLoss } from '../../stable-area/stable-area.ts';
import type { PortDirectory } from '../directory/port-directory.ts';
import type { ClusterSecret } from '../secret.ts';
import { BackgroundRunner } from './background.ts';
import { isLost } from './call-target.ts';
import { noFailpoints } from './failpoints.ts';
import type { TakeoverPart, VolumeHostOptions } from './host.ts';
import { drainPatienceMs, heartbeatIntervalMs } from './pair/limits.ts';
import type { Reception, ReceptionAddresses } from './reception.ts';
import type { Registrar } from './registrar.ts';
import { VolumeServer } from './volume-server.ts';

export const leaseDefaultMs = 600_000;
/** How often leases that have run out are looked for. */
const leaseSweepIntervalMs = 5_000;
const drainLookMs = 5;
/** The first calls after a takeover load what they need by themselves; the clients that are silent can wait. */
const learnDelayMs = 250;

export interface TenureParts {
  readonly environment: Environment;
  readonly options: VolumeHostOptions;
  readonly holder: Holder;
  readonly secret: ClusterSecret | undefined;
  readonly part: (part: TakeoverPart, elapsedMs: number) => void;
  /** Where other aliases are found. */
  readonly directory: PortDirectory;
  /** Of this claim: bound already, or being bound. The tenure ends it. */
  readonly reception: Reception;
  readonly registrar: Registrar;
  readonly problem: (message: string, cause: unknown) => void;
}

/** The time from a claim to its loss: the volume is served under one epoch. */
export class Tenure {
  readonly holder: Holder;
  /** Resolves when nothing is served any more and the holder is closed. */
  readonly ended: Promise<HolderLoss>;
  readonly #parts: TenureParts;
  readonly #watch: HolderWatch;
  readonly #server: VolumeServer;
  readonly #background: BackgroundRunner;
  readonly #timers = new Set<Timer>();
  #addresses: ReceptionAddresses | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: TenureParts) {
    const { environment, options, holder } = parts;
    this.#parts = parts;
    this.holder = holder;
    this.#watch = new HolderWatch(holder);
    this.#server = new VolumeServer({
      alias: options.alias,
      watch: this.#watch,
      services: options.services,
      clock: environment.clock,
      timers: environment.timers,
      random: environment.random,
      leaseMs: options.leaseMs ?? leaseDefaultMs,
      registration: options.registration ?? true,
      failpoints: options.failpoints ?? noFailpoints,
      cacheBytesMax: options.cacheBytesMax ?? defaultRecordStoreLimits.cacheBytesMax,
      secret: parts.secret,
      outside: { environment, directory: parts.directory },
      report: parts.problem,
    });
    this.#background = new BackgroundRunner(
      options.services.background ?? [],
      this.#server.executor,
      environment.timers,
      parts.problem,
    );
    this.#server.onChange = () => {
      this.#background.poke();
    };
    this.ended = this.#untilLost();
  }

  /** Where clients reach the volume; undefined before it is served. */
  get service(): Endpoint | undefined {
    return this.#addresses?.service;
  }

  get alsoAt(): readonly Endpoint[] {
    return this.#addresses?.alsoAt ?? [];
  }

  get clients(): number {
    return this.#server.sessions.size;
  }

  get #rpc(): RpcServer {
    return this.#parts.reception.rpc;
  }

  statistics(): Readonly<Record<string, number>> {
    const { malformed, callsDropped, repliesDropped, repliesTooLong } =
      this.#rpc.datagramStatistics;
    return {
      ...this.#server.statistics(),
      connections: this.#rpc.connections.size,
      datagramsMalformed: malformed,
      datagramCallsDropped: callsDropped,
      datagramRepliesDropped: repliesDropped,
      datagramRepliesTooLong: repliesTooLong,
    };
  }

  /** Starts to serve. Undefined when the holder was lost meanwhile. */
  async start(): Promise<Endpoint | undefined> {
    const { clock } = this.#parts.environment;
    const startMs = clock.monotonicMs();
    const passed = await this.#initialise();
    if (!passed) return undefined;
    const addresses = await this.#parts.reception.bound;
    if (addresses === undefined || this.holder.loss !== undefined) return undefined;
    this.#addresses = addresses;
    this.#parts.reception.open((call, connection) => {
      this.#server.onCall(call, connection);
    });
    this.#parts.part('initialise', clock.monotonicMs() - startMs);
    this.#background.poke();
    this.#heartbeat(addresses.service);
    this.#sweepLeases();
    this.#after(learnDelayMs, () => {
      this.#learnClients().catch((error: unknown) => {
        if (!isLost(error)) this.#parts.problem('the known clients could not be read', error);
      });
    });
    return addresses.service;
  }

  /** Lets new calls wait, unread, for whoever claims next; what was admitted is answered. Until `goOn`. */
  hold(): void {
    for (const connection of this.#rpc.connections) connection.pauseReading();
  }

  /** Nobody has claimed. */
  goOn(): void {
    if (this.#stopping !== undefined) return;
    for (const connection of this.#rpc.connections) connection.resumeReading();
  }

  /** Answers what was admitted, then gives up serving. The claim stays until somebody else claims. */
  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  async #initialise(): Promise<boolean> {
    const { services } = this.#parts.options;
    const [{ batch }] = await Promise.all([
      this.#server.executor.run((context) => {
        services.initialise?.(context);
      }),
      this.#server.restore(),
    ]);
    return Promise.race([
      this.#server.gate.passed(batch).then(() => true),
      this.ended.then(() => false),
    ]);
  }

  async #learnClients(): Promise<void> {
    await this.#server.sessions.startLeases();
    await this.#server.peers.startPeers();
  }

  async #untilLost(): Promise<HolderLoss> {
    const loss = await new Promise<HolderLoss>((resolve) => {
      this.#watch.onLoss(resolve);
    });
    for (const timer of this.#timers) timer.cancel();
    this.#background.stop();
    // Connections are dropped unanswered: what is outstanding on them is sent again to the new holder.
    await this.#parts.reception.destroy();
    await this.holder.close();
    return loss;
  }

  async #drain(): Promise<void> {
    const { clock, timers } = this.#parts.environment;
    await this.#rpc.stopListening();
    this.hold();
    const untilMs = clock.monotonicMs() + drainPatienceMs;
    while (this.#rpc.callsInFlight > 0 && clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => timers.after(drainLookMs, resolve));
    }
    await this.#rpc.close();
    await this.holder.close();
    await this.ended;
  }

  /**
   * A registration is an effect outside our own epoch: it leaves through the gate, as a reply does. The first one was under
   * way before there was a gate (see `PairedVolume`).
   */
  #heartbeat(service: Endpoint): void {
    this.#after(heartbeatIntervalMs, () => {
      if (this.holder.loss !== undefined) return;
      this.#server.gate
        .passed(0)
        .then(() => this.#parts.registrar.tell(service))
        .catch((error: unknown) => {
          if (!isLost(error)) this.#parts.problem('the address could not be registered', error);
        });
      this.#heartbeat(service);
    });
  }

  #sweepLeases(): void {
    this.#after(leaseSweepIntervalMs, () => {
      this.#forgetClients()
        .catch((error: unknown) => {
          if (!isLost(error)) this.#parts.problem('leases could not be ended', error);
        })
        .finally(() => {
          if (this.holder.loss === undefined) this.#sweepLeases();
        });
    });
  }

  async #forgetClients(): Promise<void> {
    const { sessions } = await this.#server.sessions.expire();
    this.#server.counters.leasesEnded += sessions;
    await this.#server.peers.forgetBeyondLimit();
    this.#server.peers.unloadSilent();
  }

  #after(delayMs: number, callback: () => void): void {
    const timer = this.#parts.environment.timers.after(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }
}
