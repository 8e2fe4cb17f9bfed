import { delay } from '../../../environment/clock.ts';
import type { SeededRandom } from '../../../chaos/workload/seeded-random.ts';
import type { Member, SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { StepOwner } from '../core/step-queue.ts';

export type FaultKind =
  /** The primary, now. */
  | 'kill'
  /** The primary, some steps later. */
  | 'killAtStep'
  /** Whoever claims next, some steps after it began. */
  | 'killClaimer'
  /** The primary stands still at some step, for less or more than its backups take. */
  | 'pause'
  /** The same for seconds. */
  | 'freeze'
  /** The primary stands still for seconds while it writes a table. */
  | 'freezeInTable'
  /** The same while it appends to the value log. */
  | 'freezeInSegment'
  | 'failAppend'
  | 'failSync'
  | 'hangSync'
  | 'fillDisk'
  /** All servers, and what is not on the disk. */
  | 'cutPower'
  | 'resetConnection'
  /** All of the primary's, while its disk hangs: calls that wait for it come again. */
  | 'resetWhileHung'
  /** In one direction, or both. */
  | 'cutNetwork'
  | 'pam'
  | 'clockJump'
  | 'switchover';

export type FaultWeights = Readonly<Record<FaultKind, number>>;

/** How fast one fault follows the other. */
export interface FaultPace {
  /** What is to happen at a step of a process happens at one of its next ones. */
  readonly stepsAheadMax: number;
  /** A process that died is started again in this time. */
  readonly restartMsMax: number;
  /** Twice between two faults. */
  readonly calmMsMax: number;
  /** How long a disk hangs while connections are cut: long enough for copies of calls under way to come. */
  readonly hungMsMax: number;
}

/** Where one world has several clusters, what makes one's faults others than the next one's. */
export interface FaultScope {
  readonly name: string;
  /** Between which connections are cut, beside the cluster's own. */
  readonly machines: readonly string[];
}

const tableFile = /\.ldb$/;
const segmentFile = /\/segments\//;
const recoveredLookMs = 20;
/** Longer than it takes to notice that a process hangs and to replace it. */
const recoveryPatienceMs = 20_000;

/** Does harm to a cluster, one thing after the other, as its seed decides. */
export class FaultInjector {
  readonly #cluster: SimulatedCluster;
  readonly #random: SeededRandom;
  readonly #pace: FaultPace;
  readonly #machines: readonly string[];
  readonly #lots: readonly (readonly [FaultKind, number])[];
  readonly #weightSum: number;
  /** Steps of a process until something happens to it. */
  readonly #countdowns = new Map<StepOwner, { steps: number; readonly act: () => void }>();
  #claimerSteps: number | undefined;
  /** Who stops when it has begun to write such a file. */
  #freezing: { readonly member: Member; readonly file: RegExp } | undefined;
  #recover: () => void = () => undefined;
  #isCalm = false;

  constructor(
    cluster: SimulatedCluster,
    weights: FaultWeights,
    pace: FaultPace,
    { name, machines }: FaultScope = {
      name: 'faults',
      machines: ['client-0', 'client-1', 'auditor'],
    },
  ) {
    this.#cluster = cluster;
    this.#machines = machines;
    this.#pace = pace;
    this.#random = cluster.scheduler.random.fork(name);
    this.#lots = Object.entries(weights) as [FaultKind, number][];
    this.#weightSum = this.#lots.reduce((sum, [, weight]) => sum + weight, 0);
    // Of another cluster in the same world.
    const others = cluster.scheduler.beforeStep;
    cluster.scheduler.beforeStep = (process) => {
      others?.(process);
      const countdown = this.#countdowns.get(process);
      if (countdown === undefined) return;
      countdown.steps -= 1;
      if (countdown.steps > 0) return;
      this.#countdowns.delete(process);
      countdown.act();
    };
    cluster.onOperation = (member, operation, path) => {
      const freezing = this.#freezing;
      if (member !== freezing?.member || operation !== 'append' || !freezing.file.test(path))
        return;
      this.#freezing = undefined;
      this.#stopLater(member, this.#freezeMs(), 1);
    };
    cluster.onEvent = (member, event) => {
      if (event.kind === 'primary') this.#recover();
      if (event.kind !== 'accused' || this.#claimerSteps === undefined) return;
      this.#killLater(member, this.#claimerSteps);
      this.#claimerSteps = undefined;
    };
  }

  /** Goes on until it is over; then everything is healed, and somebody serves. */
  async run(isOver: () => boolean): Promise<void> {
    const { calmMsMax } = this.#pace;
    while (!isOver()) {
      await this.#wait(this.#random.fraction() * calmMsMax);
      const kind = this.#pick();
      this.#do(kind);
      this.#superviseAll();
      // The primary is to live until copies of its calls have come.
      if (kind === 'resetWhileHung') await this.#wait(this.#pace.hungMsMax);
      await this.#wait(this.#random.fraction() * calmMsMax);
      await this.#recovered();
    }
    await this.#heal();
  }

  async #heal(): Promise<void> {
    this.#isCalm = true;
    this.#countdowns.clear();
    this.#claimerSteps = undefined;
    this.#freezing = undefined;
    this.#cluster.network.heal();
    this.#cluster.disk.capacityBytes = 2 ** 40;
    for (const pam of this.#cluster.pams) pam.isReachable = true;
    for (const { process, disk } of this.#cluster.members.values()) {
      disk.heal();
      process.resume();
    }
    this.#superviseAll();
    await this.#recovered();
  }

  /** Until somebody serves, or for so long that somebody should. */
  async #recovered(): Promise<void> {
    const { scheduler } = this.#cluster;
    const untilMs = scheduler.nowMs + recoveryPatienceMs;
    while (this.#cluster.primary?.process.state !== 'running' && scheduler.nowMs < untilMs) {
      this.#superviseAll();
      const primary = new Promise<void>((resolve) => {
        this.#recover = resolve;
      });
      await Promise.race([primary, this.#wait(recoveredLookMs)]);
    }
  }

  /** Starts again what died, after a while. */
  #superviseAll(): void {
    for (const member of this.#cluster.members.values()) {
      if (!member.process.isDead || this.#restarting.has(member.node)) continue;
      this.#countdowns.delete(member.process);
      this.#restarting.add(member.node);
      const afterMs = this.#isCalm ? 1 : this.#random.fraction() * this.#pace.restartMsMax;
      this.#cluster.scheduler.plan(undefined, afterMs, 'restart', () => {
        this.#restarting.delete(member.node);
        this.#cluster.startServer(member.node);
      });
    }
  }

  readonly #restarting = new Set<string>();

  #do(kind: FaultKind): void {
    const { cluster } = { cluster: this.#cluster };
    const primary = cluster.primary;
    const random = this.#random;
    switch (kind) {
      case 'kill':
        primary?.process.kill();
        return;
      case 'killAtStep':
        if (primary !== undefined)
          this.#killLater(primary, random.integer(1, this.#pace.stepsAheadMax));
        return;
      case 'killClaimer':
        this.#claimerSteps = random.integer(1, 60);
        primary?.process.kill();
        return;
      case 'pause':
        this.#stopLater(primary, 1 + random.fraction() * 400);
        return;
      case 'freeze':
        this.#stopLater(primary, this.#freezeMs());
        return;
      case 'freezeInTable':
        this.#freezing = primary && { member: primary, file: tableFile };
        return;
      case 'freezeInSegment':
        this.#freezing = primary && { member: primary, file: segmentFile };
        return;
      case 'failAppend':
        primary?.disk.arm('append');
        return;
      case 'failSync':
        primary?.disk.arm('sync');
        return;
      case 'hangSync':
        primary?.disk.hang(random.fraction() * 3_000);
        return;
      case 'fillDisk':
        this.#fillDisk();
        return;
      case 'cutPower':
        this.#cutPower();
        return;
      case 'resetConnection':
        cluster.network.resetOne();
        return;
      case 'resetWhileHung':
        if (primary !== undefined) this.#resetWhileHung(primary);
        return;
      case 'cutNetwork':
        this.#cutNetwork();
        return;
      case 'pam':
        this.#harmPam();
        return;
      case 'clockJump': {
        const process = random.pick([...cluster.members.values()]).process;
        process.wallOffsetMicroseconds += Math.floor((random.fraction() - 0.5) * 2 * 3_600e6);
        return;
      }
      case 'switchover':
        void primary?.server?.volume.switchOver();
        return;
    }
  }

  #killLater(member: Member, steps: number): void {
    this.#countdowns.set(member.process, { steps, act: () => member.process.kill() });
  }

  #freezeMs(): number {
    return 900 + this.#random.fraction() * 4_000;
  }

  /** So briefly that it goes on serving. */
  #resetWhileHung(member: Member): void {
    const { network, scheduler } = this.#cluster;
    const { hungMsMax } = this.#pace;
    this.#countdowns.delete(member.process);
    member.disk.hangAll((0.5 + this.#random.fraction() / 2) * hungMsMax);
    scheduler.plan(undefined, this.#random.fraction() * 0.2 * hungMsMax, 'reset', () => {
      network.resetAll(member.process);
    });
  }

  #stopLater(
    member: Member | undefined,
    forMs: number,
    steps = this.#random.integer(1, this.#pace.stepsAheadMax),
  ): void {
    if (member === undefined) return;
    const act = (): void => {
      member.process.stop();
      this.#cluster.scheduler.plan(undefined, forMs, 'resume', () => member.process.resume());
    };
    this.#countdowns.set(member.process, { steps, act });
  }

  #fillDisk(): void {
    const { disk, scheduler } = this.#cluster;
    disk.capacityBytes = disk.usedBytes + this.#random.integer(0, 20_000);
    scheduler.plan(undefined, this.#random.fraction() * 4_000, 'disk has room', () => {
      disk.capacityBytes = 2 ** 40;
    });
  }

  #cutPower(): void {
    for (const { process } of this.#cluster.members.values()) process.kill();
    this.#cluster.disk.cutPower(this.#random);
  }

  #cutNetwork(): void {
    const machines = [...this.#cluster.members.keys(), ...this.#machines];
    const [from, to] = [this.#random.pick(machines), this.#random.pick(machines)];
    const forMs = this.#random.fraction() * 3_000;
    this.#cluster.network.cut(from, to, forMs);
    if (this.#random.fraction() < 0.4) this.#cluster.network.cut(to, from, forMs);
  }

  #harmPam(): void {
    const pam = this.#random.pick(this.#cluster.pams);
    if (this.#random.fraction() < 0.5) {
      pam.restart();
      return;
    }
    pam.isReachable = false;
    this.#cluster.scheduler.plan(undefined, this.#random.fraction() * 3_000, 'pam is back', () => {
      pam.isReachable = true;
    });
  }

  #pick(): FaultKind {
    let at = this.#random.fraction() * this.#weightSum;
    for (const [kind, weight] of this.#lots) {
      at -= weight;
      if (at < 0) return kind;
    }
    return 'killAtStep';
  }

  #wait(ms: number): Promise<void> {
    const { scheduler } = this.#cluster;
    return delay(
      {
        after: (delayMs, callback) => scheduler.plan(undefined, delayMs, 'faults', callback),
        soon: (callback) => scheduler.plan(undefined, 0, 'faults', callback),
      },
      ms,
    );
  }
}
