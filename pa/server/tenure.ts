import { delay, type Timer } from '../../environment/clock.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import { isInUse, RpcServer } from '../../rpc/server/rpc-server.ts';
import { HolderWatch } from '../../stable-area/records/holder-watch.ts';
import { defaultRecordStoreLimits } from '../../stable-area/records/store.ts';
import type { Holder, HolderLoss } from '../../stable-area/stable-area.ts';
import type { ClusterSecret } from '../secret.ts';
import { BackgroundRunner } from './background.ts';
import { isLost } from './call-target.ts';
import { noFailpoints } from './failpoints.ts';
import type { PamRegistration } from '../directory/port-directory.ts';
import type { TakeoverPart, VolumeHostOptions } from './host.ts';
import { drainPatienceMs, heartbeatIntervalMs, portLookMs, portPatienceMs } from './pair/limits.ts';
import { VolumeServer } from './volume-server.ts';

export const leaseDefaultMs = 600_000;
/** How often leases that have run out are looked for. */
const leaseSweepIntervalMs = 5_000;
const drainLookMs = 5;

export interface TenureParts {
  readonly environment: Environment;
  readonly options: VolumeHostOptions;
  readonly holder: Holder;
  readonly secret: ClusterSecret | undefined;
  readonly part: (part: TakeoverPart, elapsedMs: number) => void;
  /** Tells PAM where the volume is served now. */
  readonly register: (service: Endpoint) => Promise<readonly PamRegistration[]>;
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
  readonly #rpc: RpcServer;
  readonly #background: BackgroundRunner;
  readonly #timers = new Set<Timer>();
  #service: Endpoint | undefined;
  readonly #alsoAt: Endpoint[] = [];
  #stopping: Promise<void> | undefined;
  #registered: 'never' | 'yes' = 'never';
  #problems = '';

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
      random: environment.random,
      leaseMs: options.leaseMs ?? leaseDefaultMs,
      registration: options.registration ?? true,
      failpoints: options.failpoints ?? noFailpoints,
      cacheBytesMax: options.cacheBytesMax ?? defaultRecordStoreLimits.cacheBytesMax,
      secret: parts.secret,
      report: parts.problem,
    });
    this.#rpc = new RpcServer({
      ...environment,
      handler: (call, connection) => {
        this.#server.onCall(call, connection);
      },
      onHandlerError: (error) => {
        parts.problem('a call could not be processed', error);
      },
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
    return this.#service;
  }

  get alsoAt(): readonly Endpoint[] {
    return this.#alsoAt;
  }

  get clients(): number {
    return this.#server.sessions.size;
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
    const { listen, alsoListen = [] } = this.#parts.options;
    const service = await this.#listen(listen);
    for (const at of alsoListen) this.#alsoAt.push(await this.#listen(at));
    if (this.holder.loss !== undefined) {
      // Ended meanwhile: what was bound since then would keep the port from the next holder.
      await this.#rpc.destroy();
      return undefined;
    }
    this.#service = service;
    this.#parts.part('initialise', clock.monotonicMs() - startMs);
    this.#background.poke();
    this.#heartbeat();
    this.#sweepLeases();
    this.#learnClients().catch((error: unknown) => {
      if (!isLost(error)) this.#parts.problem('the known clients could not be read', error);
    });
    return this.#service;
  }

  /** Answers what was admitted, then gives up serving. The claim stays until somebody else claims. */
  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  async #initialise(): Promise<boolean> {
    const { services } = this.#parts.options;
    const { batch } = await this.#server.executor.run((context) => {
      services.initialise?.(context);
    });
    return Promise.race([
      this.#server.gate.passed(batch).then(() => true),
      this.ended.then(() => false),
    ]);
  }

  /** A predecessor on this machine may still have the port, and is about to leave it. */
  async #listen(at: Endpoint): Promise<Endpoint> {
    const { clock, timers } = this.#parts.environment;
    const hasPredecessor = this.holder.claim.epoch > 1 && at.port !== 0;
    const untilMs = clock.monotonicMs() + (hasPredecessor ? portPatienceMs : 0);
    for (;;) {
      try {
        return await this.#rpc.listenBoth(at);
      } catch (error) {
        const isOver = clock.monotonicMs() >= untilMs || this.holder.loss !== undefined;
        if (isOver || !isInUse(error)) throw error;
        await delay(timers, portLookMs);
      }
    }
  }

  /** Behind the first calls, which load what they need by themselves. */
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
    await this.#rpc.destroy();
    await this.holder.close();
    return loss;
  }

  async #drain(): Promise<void> {
    const { clock, timers } = this.#parts.environment;
    await this.#rpc.stopListening();
    for (const connection of this.#rpc.connections) connection.pauseReading();
    const untilMs = clock.monotonicMs() + drainPatienceMs;
    while (this.#rpc.callsInFlight > 0 && clock.monotonicMs() < untilMs) {
      await new Promise<void>((resolve) => timers.after(drainLookMs, resolve));
    }
    await this.#rpc.close();
    await this.holder.close();
    await this.ended;
  }

  /** A registration is an effect outside our own epoch: it leaves through the gate, as a reply does. */
  #heartbeat(): void {
    const { clock } = this.#parts.environment;
    const service = this.#service;
    if (service === undefined || this.holder.loss !== undefined) return;
    const startMs = clock.monotonicMs();
    this.#server.gate
      .passed(0)
      .then(() => this.#parts.register(service))
      .then((registrations) => {
        this.#registeredAt(registrations, clock.monotonicMs() - startMs);
      })
      .catch((error: unknown) => {
        this.#parts.problem('the address could not be registered', error);
      });
    this.#after(heartbeatIntervalMs, () => {
      this.#heartbeat();
    });
  }

  /** What went wrong is reported once, not with each heartbeat: clients that know us do not need PAM. */
  #registeredAt(registrations: readonly PamRegistration[], elapsedMs: number): void {
    const refused: string[] = [];
    for (const { pam, outcome } of registrations) {
      if (outcome.kind === 'registered') {
        if (this.#registered === 'never') this.#parts.part('register', elapsedMs);
        this.#registered = 'yes';
      } else if (outcome.kind !== 'stale-epoch') {
        refused.push(`${pam}: ${outcome.kind === 'unreachable' ? 'unreachable' : outcome.message}`);
      }
    }
    const problems = refused.join('; ');
    if (problems !== '' && problems !== this.#problems) {
      this.#parts.problem(`the address is not registered everywhere: ${problems}`, undefined);
    }
    this.#problems = problems;
  }

  #sweepLeases(): void {
    this.#after(leaseSweepIntervalMs, () => {
      this.#forgetClients()
        .then(() => {
          if (this.holder.loss === undefined) this.#sweepLeases();
        })
        .catch((error: unknown) => {
          if (!isLost(error)) this.#parts.problem('leases could not be ended', error);
        });
    });
  }

  async #forgetClients(): Promise<void> {
    const { sessions } = await this.#server.sessions.expire();
    this.#server.counters.leasesEnded += sessions;
    await this.#server.peers.forgetBeyondLimit();
  }

  #after(delayMs: number, callback: () => void): void {
    const timer = this.#parts.environment.timers.after(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }
}
