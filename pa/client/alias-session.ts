import type { Timer } from '../../environment/clock.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import type { Port } from '../directory/port.ts';
import { PaError, type PaErrorCode } from '../error.ts';
import { AbandonedCalls } from './abandoned-calls.ts';
import type { AliasSessionOptions } from './alias-session-options.ts';
import { CallBook } from './call-book.ts';
import { Connector, type ConnectorHost } from './connector.ts';
import { reasonToGiveUp } from './giving-up.ts';
import { sayHello } from './hello.ts';
import { Keeper, type KeeperHost } from './keeper.ts';
import { sayGoodbye } from './goodbye.ts';
import type { KnownLife, LastingCall } from './lasting.ts';
import { Life } from './life.ts';
import type { Link, LinkReply, Sender } from './link.ts';
import { type ClientLife, PendingCall, type RawCall, type RawCallOptions } from './pending-call.ts';
import { type SilenceHost, SilenceWatch } from './silence-watch.ts';
import { StallMeter } from './stall-meter.ts';

/** FT-IPC with one alias: every call is sent until it is answered, wherever the alias goes meanwhile. */
export class AliasSession implements ConnectorHost, KeeperHost, SilenceHost {
  readonly #options: AliasSessionOptions;
  readonly #book = new CallBook();
  readonly #connector: Connector;
  readonly #keeper: Keeper;
  readonly #watch: SilenceWatch;
  readonly #meter: StallMeter;
  readonly #abandoned = new AbandonedCalls(this);
  /** A hello is on its way over this connection. */
  #helloLink: Link | undefined;
  #lastIncarnation = 0;
  /** TA: nothing is sent before this fires. */
  #pause: Timer | undefined;
  #tick: Timer | undefined;
  #isClosed = false;

  constructor(options: AliasSessionOptions) {
    const { environment, secret, limits, directory, identity } = options;
    const life = identity?.life;
    this.#options = options;
    this.#connector = new Connector(this, { ...options, areaUi: life?.areaUi });
    this.#keeper = new Keeper(this, environment, limits);
    this.#watch = new SilenceWatch(this, environment, secret, limits);
    this.#meter = new StallMeter({ ...options, directory: directory.description });
    if (life !== undefined) this.#begin(life);
  }

  get link(): Link | undefined {
    return this.#connector.link;
  }

  get life(): ClientLife | undefined {
    return this.#book.life;
  }

  get isIdle(): boolean {
    return this.#book.pending === 0;
  }

  get needsLink(): boolean {
    return !this.isIdle || this.#keeper.needsLink;
  }

  get hasOutstanding(): boolean {
    return !this.#book.isUntied;
  }

  get isDoubtful(): boolean {
    return this.#watch.isSilent || this.#pause !== undefined;
  }

  get outstanding(): number {
    return this.#book.outstanding;
  }

  get queued(): number {
    return this.#book.queued;
  }

  /** Where the last answer came from. */
  get port(): Port | undefined {
    return this.#meter.port;
  }

  get oldest(): PendingCall | undefined {
    for (const call of this.#book.sent()) if (call.link === this.link) return call;
    return undefined;
  }

  /** Resolves with the reply of the service, whatever it says; rejects with a PaError, or an RpcError where it cannot be encoded. */
  call(request: RawCall, options: RawCallOptions, lasting?: LastingCall): Promise<RpcReply> {
    return new Promise((resolve, reject) => {
      const nowMs = this.#nowMs();
      const call = new PendingCall(request, options, nowMs, { resolve, reject }, lasting);
      if (this.#isClosed) {
        call.fail('PA_CLOSED', 'the client is closed');
        return;
      }
      if (this.#book.queued >= this.#options.limits.queuedMax) {
        call.fail('PA_QUEUE_FULL', `${this.#book.queued} calls wait for "${this.#options.alias}"`);
        return;
      }
      if (this.isIdle) this.#meter.began(nowMs);
      this.#book.enqueue(call);
      call.start(this.#options.environment.timers, () => this.#settled(call));
      if (call.isSettled) return;
      this.#keeper.busy();
      this.#tick ??= this.#startTick();
      this.#pump();
    });
  }

  /** The lowest unfinished number of a lasting identity has risen. */
  finished(): void {
    if (this.isIdle) this.#keeper.idle();
    else this.#pump();
  }

  /** Nobody waits for this call of a lasting identity any more. */
  abandon(sequence: number): void {
    this.#abandoned.abandon(this.#book.all(), sequence);
  }

  extendLease(extraMs: number): Promise<number> {
    return this.#keeper.extend(extraMs);
  }

  /** Gives up all calls, says goodbye unless another process goes on in our name, and ends everything that was begun. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#failAll('PA_CLOSED', 'the client was closed');
    this.#tick?.cancel();
    this.#pause?.cancel();
    this.#keeper.stop();
    this.#watch.reset();
    const link = this.#connector.close();
    const { identity, environment, limits } = this.#options;
    if (identity === undefined && link !== undefined && this.life !== undefined) {
      await sayGoodbye(link, this.sender(), environment.timers, limits.goodbyeMs);
    }
    link?.close();
  }

  sender(life: ClientLife | undefined = this.#book.life): Sender {
    return {
      clientUi: this.#options.clientUi,
      incarnation: life?.incarnation ?? 0,
      lowestUnfinished: life?.calls.lowestUnfinished ?? 0,
    };
  }

  linked(link: Link): void {
    this.unlinked();
    this.#resendAll(link);
    this.#pump();
    this.#keeper.linked();
    this.#abandoned.linked();
  }

  unlinked(): void {
    this.#helloLink = undefined;
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#watch.reset();
    for (const call of this.#book.sent()) call.link = undefined;
  }

  leftArea(): void {
    for (const call of [...this.#book.sent()]) {
      const what = `"${this.#options.alias}" was given to another stable area`;
      call.fail('PA_OUTCOME_UNKNOWN', what);
    }
    this.#book.endLives();
    this.#lastIncarnation = 0;
  }

  seek(): void {
    this.#connector.seek();
  }

  silent(): void {
    this.#connector.doubt();
  }

  adopt(link: Link): void {
    this.#connector.adopt(link);
  }

  refused(link: Link): void {
    this.#connector.lose(link, true);
  }

  answered(link: Link): void {
    const nowMs = this.#nowMs();
    if (link !== this.link) {
      this.#meter.progressed(nowMs);
      return;
    }
    this.#meter.answered(link, !this.isIdle, nowMs);
    this.#watch.heard();
    this.#connector.prove(link);
  }

  expired(life: ClientLife): void {
    if (this.#book.life === life) this.#lastIncarnation = life.incarnation;
    this.#book.expire(life);
  }

  resend(call: PendingCall, link = this.link): void {
    if (link === undefined) return;
    this.#meter.resent();
    this.#send(call, link);
  }

  #pump(): void {
    if (this.#isClosed || this.isIdle || this.#pause !== undefined) return;
    const { link } = this;
    if (link === undefined) {
      this.#connector.seek();
      return;
    }
    if (this.#book.queued === 0 || this.#connector.isLeavingArea) return;
    if (this.#book.life === undefined) {
      this.#hello(link);
      return;
    }
    for (;;) {
      const call = this.#book.next(this.#options.limits.outstandingMax);
      if (call === undefined) return;
      if (call.isBound) this.#send(call, link);
      else call.bind(() => this.link !== undefined && this.#send(call, this.link));
    }
  }

  #send(call: PendingCall, link: Link): void {
    const { place, request, origin } = call;
    if (place === undefined) return;
    call.link = link;
    call.sent += 1;
    call.askedMs = this.#nowMs();
    const sender = this.sender(place.life);
    link
      .send(request, sender, place.sequence, origin)
      .then((reply) => this.#take(call, link, sender, reply))
      .catch((error: unknown) => {
        call.reject(error instanceof Error ? error : new Error(String(error)));
      });
  }

  #take(call: PendingCall, link: Link, sender: Sender, reply: LinkReply): void {
    if (this.#isClosed) return;
    switch (reply.kind) {
      case 'answered':
        this.answered(link);
        if (call.place?.life === this.#book.life) this.#keeper.told(sender.lowestUnfinished);
        call.resolve(reply.reply);
        return;
      case 'address-unknown':
        this.#connector.lose(link, true);
        return;
      case 'try-again':
        if (call.link !== link || link !== this.link) return;
        call.link = undefined;
        this.#hold(reply.delayMs);
        return;
      case 'expired':
        this.#takeExpired(call, sender.incarnation);
        return;
      case 'collision': {
        const what = `another client of "${this.#options.alias}" uses the same UI and call number: not executed`;
        call.reject(new PaError('PA_COLLISION', what, { outcome: 'not-executed' }));
        return;
      }
      case 'lost':
        // The end of the connection sees to it.
        return;
    }
  }

  /** EXPIRED: refused, never executed, this time. What happened to an earlier copy nobody can tell. */
  #takeExpired(call: PendingCall, incarnation: number): void {
    const life = call.place?.life;
    if (life?.incarnation !== incarnation || call.isSettled) return;
    this.expired(life);
    if (call.sent === 1) {
      this.#book.queueAgain(call);
    } else {
      const what = `the server of "${this.#options.alias}" has forgotten this client: its lease had ended, and the call had been sent before`;
      call.fail('PA_OUTCOME_UNKNOWN', what);
    }
    this.#pump();
  }

  #hello(link: Link): void {
    if (this.#helloLink === link) return;
    this.#helloLink = link;
    const { lives } = this.#options;
    void sayHello(link, this.sender(), this.#lastIncarnation, lives).then((reply) => {
      if (this.#isClosed || this.link !== link || this.#helloLink !== link) return;
      this.#helloLink = undefined;
      switch (reply.kind) {
        case 'result':
          this.#begin({ ...reply.result, areaUi: link.port.areaUi });
          this.answered(link);
          this.#pump();
          return;
        case 'try-again':
          this.#hold(reply.delayMs);
          return;
        case 'not-logged':
          this.#failAll('PA_UNAVAILABLE', `the log of lives: ${String(reply.cause)}`);
          return;
        case 'lost':
          return;
        case 'address-unknown':
        case 'expired':
        case 'collision':
          this.#connector.lose(link, true);
          return;
      }
    });
  }

  #begin(life: KnownLife): void {
    const calls = new Life<PendingCall>(this.#options.identity?.lowestUnfinished);
    this.#book.begin({ ...life, calls, hasExpired: false });
    this.#keeper.started();
  }

  /** TA: everything waits a little, then what was refused is sent again. */
  #hold(delayMs: number): void {
    const { timers, random } = this.#options.environment;
    const heldMs = Math.min(Math.max(delayMs, 1), this.#options.limits.tryAgainMaxMs);
    this.#pause ??= timers.after(heldMs * (1 + random.fraction() / 4), () => {
      this.#pause = undefined;
      if (this.link !== undefined) this.#resendAll(this.link);
      this.#pump();
    });
    this.#connector.doubt();
  }

  #resendAll(link: Link): void {
    for (const call of this.#book.sent()) {
      if (call.link !== link && call.isBound) this.resend(call, link);
    }
  }

  #settled(call: PendingCall): void {
    this.#book.remove(call);
    this.#abandoned.settled(call);
    if (this.#isClosed) return;
    this.#connector.considerArea();
    if (!this.isIdle) {
      this.#pump();
      return;
    }
    this.#tick?.cancel();
    this.#tick = undefined;
    this.#connector.rest();
    this.#keeper.idle();
  }

  #startTick(): Timer {
    const { environment, limits } = this.#options;
    return environment.timers.after(limits.tickMs, () => {
      this.#tick = this.#startTick();
      this.#connector.follow();
      this.#connector.considerArea();
      this.#watch.tick();
      this.#considerGivingUp();
    });
  }

  #considerGivingUp(): void {
    const nowMs = this.#nowMs();
    this.#meter.tick(nowMs, () => this.#connector.waitingReason());
    const reason = reasonToGiveUp(this.#options, {
      unknownForMs: this.#connector.unknownForMs,
      waitedMs: this.#meter.waitedMs(nowMs),
    });
    if (reason !== undefined) this.#failAll(reason.code, reason.message);
  }

  #failAll(code: PaErrorCode, message: string): void {
    // The queue first: what makes room would otherwise be sent.
    for (const call of [...this.#book.all()].reverse()) call.fail(code, message);
  }

  #nowMs(): number {
    return this.#options.environment.clock.monotonicMs();
  }
}
