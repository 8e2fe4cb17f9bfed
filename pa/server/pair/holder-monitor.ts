import { delay } from '../../../environment/clock.ts';
import type { Environment } from '../../../environment/environment.ts';
import type { Endpoint } from '../../../environment/network.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { PairProgramV1Client, PairRole } from '../../../protocol/generated/pa.ts';
import { openRpcChannel } from '../../../rpc/client/rpc-channel.ts';
import { type RpcCallOptions, RpcClient } from '../../../rpc/client/rpc-client.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import type { Claim, StableArea } from '../../../stable-area/stable-area.ts';
import type { ClusterSecret } from '../../secret.ts';
import type { Accusation } from '../host.ts';
import { answerCovered, questionCovered } from './aya-handler.ts';
import {
  ayaIntervalMs,
  claimLookIntervalMs,
  claimPatienceMs,
  connectPatienceMs,
  deathLookIntervalMs,
  silenceDefaultMs,
} from './limits.ts';
import { isPairMac, pairMac } from './message-mac.ts';
import { parsePairAddress } from './pair-address.ts';
import { SilenceJudge } from './silence.ts';

/** What watching a holder ends with. */
export type Verdict =
  | Exclude<Accusation, 'new'>
  /** Silent, and it does not even say that it lives: not only its disk is slow. */
  | 'hung'
  /** Another process claimed meanwhile: watch that one. */
  | 'superseded'
  | 'stopped';

export interface MonitorParts {
  readonly environment: Environment;
  readonly area: StableArea;
  readonly claim: Claim;
  /** The claim's directory was in place when the claim was read. */
  readonly visible: boolean;
  readonly node: string;
  readonly ownPairAddress: string;
  readonly secret: ClusterSecret | undefined;
  readonly silenceMs: number | undefined;
  readonly signal: AbortSignal;
  /** Undefined: nothing tells it but the holder's pair port. */
  readonly isProcessOver: ((claim: Claim) => boolean) | undefined;
  readonly problem: (message: string, cause: unknown) => void;
}

/**
 * A backup's watch over one claim. Refused at the holder's own pair port means dead, at once; silence means hung, after
 * the configured time; an answer of another process, or of one that does not hold the volume, ends it too.
 */
export class HolderMonitor {
  readonly #parts: MonitorParts;
  readonly #silence: SilenceJudge;
  readonly #sinceMs: number;
  readonly #verdict: Promise<Verdict>;
  #end: (verdict: Verdict) => void = () => undefined;
  #ended = false;
  /** When it answered last, whatever it said. */
  #answeredMs: number;
  #visible: boolean;
  #client: RpcClient | undefined;
  /** Ends the pause between two questions. */
  #wake: () => void = () => undefined;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#visible = parts.visible;
    this.#sinceMs = parts.environment.clock.monotonicMs();
    this.#answeredMs = this.#sinceMs;
    this.#silence = new SilenceJudge({
      silenceMs: parts.silenceMs ?? silenceDefaultMs,
      sinceMs: this.#sinceMs,
    });
    this.#verdict = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Resolves when the holder should be replaced, or need not be watched any more. Called once. */
  async watch(): Promise<Verdict> {
    const stop = (): void => {
      this.#end('stopped');
    };
    this.#parts.signal.addEventListener('abort', stop);
    if (this.#parts.signal.aborted) stop();
    void this.#ask();
    void this.#tick();
    void this.#lookForClaims();
    void this.#lookForDeath();
    const verdict = await this.#verdict;
    this.#ended = true;
    this.#client?.close();
    this.#parts.signal.removeEventListener('abort', stop);
    return verdict;
  }

  /** The holder wants to be replaced. */
  order(): void {
    this.#end('switchover');
  }

  /** Connects, again and again, and asks on each connection until it closes. */
  async #ask(): Promise<void> {
    const { timers } = this.#parts.environment;
    const address = parsePairAddress(this.#parts.claim.pairAddress);
    while (!this.#ended) {
      const client = await this.#connect(address);
      if (client === 'refused') {
        this.#end('dead');
        return;
      }
      if (client === 'unreachable') {
        await delay(timers, ayaIntervalMs);
        continue;
      }
      this.#client = client;
      const answeredMs = this.#answeredMs;
      await this.#askOn(client);
      // Whoever accepts and closes without a word would be asked without a pause.
      if (this.#answeredMs === answeredMs) await delay(timers, ayaIntervalMs);
    }
  }

  /** Only a refusal proves that nobody is there; what cannot be reached may be alive. */
  async #connect(address: Endpoint): Promise<RpcClient | 'refused' | 'unreachable'> {
    const { environment } = this.#parts;
    const patience = new AbortController();
    const timer = environment.timers.after(connectPatienceMs, () => {
      patience.abort();
    });
    try {
      return new RpcClient(await openRpcChannel(address, environment, patience.signal));
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      return systemCodeOf(cause) === 'ECONNREFUSED' ? 'refused' : 'unreachable';
    } finally {
      timer.cancel();
    }
  }

  async #askOn(client: RpcClient): Promise<void> {
    const { environment, claim, node, ownPairAddress, secret } = this.#parts;
    const stub = new PairProgramV1Client<RpcCallOptions>(client);
    client.channel.onClose(() => {
      this.#wake();
    });
    while (!this.#ended && !client.channel.isClosed) {
      const question = {
        area: Buffer.from(claim.areaId),
        node,
        address: ownPairAddress,
        sentMs: BigInt(Math.floor(environment.clock.monotonicMs())),
      };
      const signed = { ...question, mac: pairMac(secret, questionCovered(question)) };
      const iaa = await stub.pairAya(signed).catch((error: unknown) => this.#notUnderstood(error));
      // A connection that closed is made again at once: that tells a dead process from one that hangs.
      if (iaa === undefined) {
        client.close();
        return;
      }
      if (iaa !== 'other-version' && isPairMac(secret, answerCovered(signed, iaa), iaa.mac)) {
        this.#heard(iaa);
      }
      await this.#pause();
    }
  }

  /**
   * During an upgrade the holder may be of a version that has another pair protocol. It says so (RFC 5531 §9, PROG_MISMATCH),
   * so it lives: to accuse it of silence, and end it, would be worse than not to see when it only stopped serving.
   */
  #notUnderstood(error: unknown): 'other-version' | undefined {
    if (!(error instanceof RpcError) || error.code !== 'RPC_PROGVERSMISMATCH') return undefined;
    const nowMs = this.#parts.environment.clock.monotonicMs();
    this.#answeredMs = nowMs;
    this.#silence.heard(nowMs);
    if (!this.#isOther) {
      const { node } = this.#parts.claim;
      this.#parts.problem(
        `${node} has another version of the pair protocol: it is replaced when it dies or hangs, and cannot hand over`,
        error,
      );
    }
    this.#isOther = true;
    return 'other-version';
  }

  #isOther = false;

  /** Until it is time to ask again. A connection that closes may be the death that is looked for, and ends it at once. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.environment.timers.after(ayaIntervalMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #heard(iaa: { role: PairRole; epoch: bigint; oldestCommitMs: number; process: string }): void {
    const { environment, claim, silenceMs = silenceDefaultMs } = this.#parts;
    const nowMs = environment.clock.monotonicMs();
    this.#answeredMs = nowMs;
    if (iaa.process !== claim.process) {
      this.#end('dead');
    } else if (iaa.role === PairRole.PAIR_CLAIMING) {
      this.#silence.heard(nowMs);
    } else if (iaa.role !== PairRole.PAIR_PRIMARY || Number(iaa.epoch) !== claim.epoch) {
      this.#end('not-serving');
    } else if (iaa.oldestCommitMs < silenceMs) {
      // A primary whose commits hang counts as silent, although it answers.
      this.#silence.heard(nowMs);
    }
  }

  async #tick(): Promise<void> {
    const { clock, timers } = this.#parts.environment;
    while (!this.#ended) {
      await delay(timers, ayaIntervalMs / 2);
      const nowMs = clock.monotonicMs();
      if (this.#silence.tick(nowMs) && (await this.#canServe())) {
        const { silenceMs = silenceDefaultMs } = this.#parts;
        this.#end(nowMs - this.#answeredMs >= silenceMs ? 'hung' : 'silent');
      }
      if (!this.#visible && nowMs - this.#sinceMs > this.#claimPatienceMs()) {
        this.#end('unfinished-claim');
      }
    }
  }

  /** Whoever cannot write itself does not accuse others of being slow. */
  async #canServe(): Promise<boolean> {
    const { area, silenceMs = silenceDefaultMs } = this.#parts;
    return area.probe().then(
      (elapsedMs) => elapsedMs < silenceMs,
      () => false,
    );
  }

  async #lookForClaims(): Promise<void> {
    const { area, claim, environment } = this.#parts;
    while (!this.#ended) {
      await delay(environment.timers, claimLookIntervalMs);
      const highest = await area.highestClaim().catch(() => undefined);
      if (highest === undefined) continue;
      if (highest.claim.epoch > claim.epoch) this.#end('superseded');
      if (highest.claim.epoch === claim.epoch && highest.visible) this.#visible = true;
    }
  }

  /** On the same machine a death is seen before the pair port refuses. */
  async #lookForDeath(): Promise<void> {
    const { claim, environment, isProcessOver } = this.#parts;
    if (isProcessOver === undefined) return;
    for (;;) {
      await delay(environment.timers, deathLookIntervalMs);
      if (this.#ended) return;
      if (isProcessOver(claim)) this.#end('dead');
    }
  }

  /** More patience with each epoch that did not become visible, and by chance: claimers do not overtake in step. */
  #claimPatienceMs(): number {
    this.#patience ??= 1 + this.#parts.environment.random.fraction();
    return claimPatienceMs * this.#patience;
  }

  #patience: number | undefined;
}
