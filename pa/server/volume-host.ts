import type { Environment } from '../../environment/environment.ts';
import { delay } from '../../environment/clock.ts';
import type { Endpoint } from '../../environment/network.ts';
import { strict as assert } from 'node:assert';
import type { Claim, Claimant, Holder } from '../../stable-area/stable-area.ts';
import type { PortDirectory } from '../directory/port-directory.ts';
import type { Port } from '../directory/port.ts';
import type { ClusterSecret } from '../secret.ts';
import type {
  Accusation,
  Role,
  SwitchoverOutcome,
  TakeoverPart,
  VolumeEvent,
  VolumeHost,
  VolumeHostOptions,
  VolumeStatus,
} from './host.ts';
import { HolderMonitor, type Verdict } from './pair/holder-monitor.ts';
import type { Backups } from './pair/backups.ts';
import { handOver, handOverAtEnd } from './pair/hand-over.ts';
import { claimAgainMs, rehearsalDelayMs } from './pair/limits.ts';
import { Orders } from './pair/orders.ts';
import { Reception } from './reception.ts';
import { Registrar } from './registrar.ts';
import { rehearse } from './rehearsal/rehearse.ts';
import { Tenure } from './tenure.ts';

/** Made once: an abort without a reason makes one, with a stack, at each takeover. */
const notNeeded = new Error('the rehearsal is not needed any more');

/** What the volumes of one process share. */
export interface HostParts {
  readonly environment: Environment;
  readonly node: string;
  readonly claimant: Claimant;
  readonly directory: PortDirectory;
  readonly backups: Backups;
  readonly secret: ClusterSecret | undefined;
  readonly endProcess: (claim: Claim) => boolean;
  readonly isProcessOver: ((claim: Claim) => boolean) | undefined;
  readonly observe: (alias: string, event: VolumeEvent) => void;
}

const partsDelayMs = 100;

/** What a claim has before it can serve. */
interface Entrance {
  readonly reception: Reception;
  readonly registrar: Registrar;
}

/**
 * One volume in this process: stands by while another process holds it, takes over when that one is dead or hung, serves
 * until a higher claim or a broken disk ends that, and stands by again. Everything is per volume: others of the same
 * process go on.
 */
export class PairedVolume implements VolumeHost {
  readonly orders: Orders;
  readonly #parts: HostParts;
  readonly #options: VolumeHostOptions;
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  #role: Role = 'starting';
  #epoch = 0;
  #areaId: Uint8Array | undefined;
  #tenure: Tenure | undefined;
  readonly #untold: VolumeEvent[] = [];

  constructor(parts: HostParts, options: VolumeHostOptions) {
    this.#parts = parts;
    this.#options = options;
    this.orders = new Orders(parts.environment.timers);
    this.#ended = this.#live();
  }

  get alias(): string {
    return this.#options.alias;
  }

  /** The area's id, once it is known: from then on peers' questions about it find this volume. */
  get areaId(): Uint8Array | undefined {
    return this.#areaId;
  }

  get role(): Role {
    return this.#role;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Age in ms of the oldest change that this process has not made durable yet. */
  oldestCommitAgeMs(): number {
    return this.#tenure?.holder.oldestCommitAgeMs() ?? 0;
  }

  status(): VolumeStatus {
    const tenure = this.#tenure;
    return {
      alias: this.alias,
      role: this.#role,
      epoch: this.#epoch,
      service: tenure?.service,
      alsoAt: tenure?.alsoAt ?? [],
      clients: tenure?.clients ?? 0,
      statistics: tenure?.statistics() ?? {},
    };
  }

  switchOver(to?: string): Promise<SwitchoverOutcome> {
    const tenure = this.#tenure;
    if (this.#role !== 'primary' || tenure === undefined) {
      return Promise.resolve({ kind: 'not-primary' });
    }
    return handOver(this.#parts, tenure, to);
  }

  async close(): Promise<void> {
    await handOverAtEnd(this.#parts.environment, () => this.switchOver());
    this.#stopped.abort();
    await this.#tenure?.stop();
    await this.#ended;
    await this.#options.area.close();
    this.#role = 'stopped';
  }

  async #live(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#standBy().finally(() => {
          this.orders.answer(false);
        });
      } catch (error) {
        this.#observe({ kind: 'problem', message: 'the stable area cannot be used', cause: error });
        await this.#pause();
      }
    }
  }

  /** From backup to the end of a tenure, or to whatever makes it necessary to look again. */
  async #standBy(): Promise<void> {
    const highest = await this.#options.area.highestClaim();
    if (highest === undefined) {
      await this.#takeOver('new', 0);
      return;
    }
    const { claim, visible } = highest;
    this.#epoch = claim.epoch;
    this.#areaId = claim.areaId;
    if (claim.process === this.#parts.claimant.process) {
      // Our own, which we lost with a broken disk or could not finish. If there is another process, it is its turn.
      await this.#pause();
      await this.#takeOver('not-serving', claim.epoch);
      return;
    }
    this.#role = 'backup';
    this.#observe({ kind: 'backup', primaryNode: claim.node, epoch: claim.epoch });
    const verdict = await this.#watch(claim, visible);
    if (verdict === 'stopped' || verdict === 'superseded') return;
    await this.#takeOver(verdict === 'hung' ? 'silent' : verdict, claim.epoch, () => {
      if (verdict === 'hung') this.#endHung(claim);
    });
  }

  /** Whoever answers nothing would keep its connections open, and its clients waiting. It is fenced by now. */
  #endHung(claim: Claim): void {
    if (!this.#parts.endProcess(claim)) return;
    this.#observe({ kind: 'hung-process-ended', node: claim.node, pid: claim.pid });
  }

  async #watch(claim: Claim, visible: boolean): Promise<Verdict> {
    const monitor = new HolderMonitor({
      environment: this.#parts.environment,
      area: this.#options.area,
      claim,
      visible,
      node: this.#parts.node,
      ownPairAddress: this.#parts.claimant.pairAddress,
      secret: this.#parts.secret,
      silenceMs: this.#options.silenceMs,
      signal: this.#stopped.signal,
      isProcessOver: this.#parts.isProcessOver,
      problem: (message, cause) => {
        this.#observe({ kind: 'problem', message, cause });
      },
    });
    const rehearsal = new AbortController();
    const rehearsed = this.#rehearse(rehearsal.signal);
    this.orders.standingBy = { epoch: claim.epoch, watch: monitor, rehearsed };
    try {
      return await monitor.watch();
    } finally {
      this.orders.standingBy = undefined;
      rehearsal.abort(notNeeded);
    }
  }

  /** A backup that could not take over says so before it has to. */
  async #rehearse(signal: AbortSignal): Promise<void> {
    const { environment, secret, directory } = this.#parts;
    // Whoever has just taken over needs the disk more.
    await delay(environment.timers, rehearsalDelayMs);
    try {
      await rehearse({ environment, options: this.#options, secret, directory, signal });
    } catch (error) {
      if (signal.aborted) return;
      this.#observe({ kind: 'problem', message: 'a takeover would fail now', cause: error });
    }
  }

  async #takeOver(
    accusation: Accusation,
    expected: number,
    claimed: () => void = () => undefined,
  ): Promise<void> {
    const { clock } = this.#parts.environment;
    const startMs = clock.monotonicMs();
    this.#role = 'claiming';
    this.#observe({ kind: 'accused', accusation, epoch: expected });
    let entrance: Entrance | undefined;
    try {
      const outcome = await this.#options.area.claim(this.#parts.claimant, {
        expected,
        proved: () => {
          this.orders.answer(true);
        },
        claimed: (claim) => {
          claimed();
          entrance = this.#receive(claim);
        },
        progress: (part, elapsedMs) => {
          this.#part(part, elapsedMs);
        },
      });
      if (outcome.kind === 'lost') {
        this.#observe({ kind: 'claim-lost', highest: outcome.highest });
        return;
      }
      assert(entrance !== undefined, 'what is held was claimed');
      await this.#hold(outcome.holder, entrance, startMs);
    } finally {
      await entrance?.reception.destroy();
    }
  }

  /** Lets clients come, and tells them where to, while the records are still being copied and opened. */
  #receive(claim: Claim): Entrance {
    const { environment, directory } = this.#parts;
    const problem = (message: string, cause: unknown): void => {
      this.#observe({ kind: 'problem', message, cause });
    };
    const { epoch } = claim;
    const reception = new Reception({ environment, options: this.#options, epoch, problem });
    const registrar = new Registrar({
      clock: environment.clock,
      register: (service) => directory.register(this.alias, this.#port(service, claim)),
      registered: (elapsedMs) => {
        this.#part('register', elapsedMs);
      },
      problem,
    });
    void this.#announce(claim, { reception, registrar });
    return { reception, registrar };
  }

  /**
   * An effect outside the own epoch is confirmed, as a reply is: the claim is durable, and no higher one is there. Should one
   * come now, PAM knows by the epochs which is newer.
   */
  async #announce({ epoch }: Claim, { reception, registrar }: Entrance): Promise<void> {
    const addresses = await reception.bound.catch(() => undefined);
    const highest = await this.#options.area.highestClaim().catch(() => undefined);
    if (addresses === undefined || highest?.claim.epoch !== epoch || this.#stopping) return;
    await registrar.tell(addresses.service);
  }

  async #hold(holder: Holder, entrance: Entrance, startMs: number): Promise<void> {
    const { clock } = this.#parts.environment;
    this.#epoch = holder.claim.epoch;
    this.#areaId = holder.claim.areaId;
    const tenure = new Tenure({
      environment: this.#parts.environment,
      options: this.#options,
      secret: this.#parts.secret,
      holder,
      part: (part, elapsedMs) => {
        this.#part(part, elapsedMs);
      },
      ...entrance,
      directory: this.#parts.directory,
      problem: (message, cause) => {
        this.#observe({ kind: 'problem', message, cause });
      },
    });
    this.#tenure = tenure;
    try {
      // A volume that was told to stop while it was claiming gives up what it claimed at once.
      if (!this.#stopping) {
        const service = await tenure.start();
        if (service !== undefined) {
          this.#role = 'primary';
          const { epoch } = holder.claim;
          const takeoverMs = clock.monotonicMs() - startMs;
          this.#observe({ kind: 'primary', epoch, port: service.port, takeoverMs });
        }
      }
      if (this.#stopping) await tenure.stop();
      const loss = await tenure.ended;
      if (loss.kind !== 'closed') this.#observe({ kind: 'lost', epoch: this.#epoch, loss });
    } catch (error) {
      await tenure.stop();
      throw error;
    } finally {
      this.#tenure = undefined;
      this.#role = 'backup';
    }
  }

  #port(service: Endpoint, claim: Claim): Port {
    const { node, pairAddress } = this.#parts.claimant;
    const backups = this.#parts.backups.of(claim.areaId);
    return {
      host: this.#options.advertiseHost ?? service.host,
      port: service.port,
      transport: 'tcp',
      epoch: claim.epoch,
      node,
      areaUi: Buffer.from(claim.areaId).toString('hex'),
      members: [{ node, role: 'primary', address: pairAddress }, ...backups],
    };
  }

  /** Told a little later: during a takeover there is better to do than to write reports. */
  #part(part: TakeoverPart, elapsedMs: number): void {
    this.#untold.push({ kind: 'takeover-part', part, elapsedMs });
    if (this.#untold.length > 1) return;
    this.#parts.environment.timers.after(partsDelayMs, () => {
      for (const event of this.#untold.splice(0)) this.#observe(event);
    });
  }

  #observe(event: VolumeEvent): void {
    this.#options.observe?.(event);
    this.#parts.observe(this.alias, event);
  }

  get #stopping(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Waits a little, by chance more or less, so that two processes do not claim against each other in step. */
  async #pause(): Promise<void> {
    const { timers, random } = this.#parts.environment;
    if (!this.#stopping) await delay(timers, claimAgainMs * (1 + random.fraction()));
  }
}
