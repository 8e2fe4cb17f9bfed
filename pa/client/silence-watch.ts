import { RpcError } from '../../rpc/rpc-error.ts';
import { type PaClientLimits, silenceFactorMax } from './limits.ts';
import type { ClusterSecret } from '../secret.ts';
import {
  type CallState,
  Link,
  type LinkEnvironment,
  type ProgramReply,
  type Sender,
} from './link.ts';
import type { ClientLife, PendingCall } from './pending-call.ts';

/** What the watch needs of the session that it belongs to. */
export interface SilenceHost {
  readonly link: Link | undefined;
  /** The call that was sent first of those that are outstanding on `link`. */
  readonly oldest: PendingCall | undefined;
  /** Of the present life, or the one given. */
  sender(life?: ClientLife): Sender;
  /** The port has become silent: others may be better. */
  silent(): void;
  /** Go on over this connection, and send everything again. */
  adopt(link: Link): void;
  /** The connection is of no use any more. */
  refused(link: Link): void;
  /** Send this call again, on the connection where it was lost. */
  resend(call: PendingCall): void;
}

/** Tells a slow port or call from a lost one: AYA says "in progress" (wait), "unknown" or "done" (send again). */
export class SilenceWatch {
  readonly #host: SilenceHost;
  readonly #environment: LinkEnvironment;
  readonly #secret: ClusterSecret | undefined;
  readonly #limits: PaClientLimits;
  /** Grows when sending again did not help, so that a slow call is not sent again and again. */
  #factor = 1;
  #isSilent = false;
  /** A question over a second connection, for the link that it was asked for. */
  #probe: { readonly link: Link; readonly abort: AbortController } | undefined;

  constructor(
    host: SilenceHost,
    environment: LinkEnvironment,
    secret: ClusterSecret | undefined,
    limits: PaClientLimits,
  ) {
    this.#host = host;
    this.#environment = environment;
    this.#secret = secret;
    this.#limits = limits;
  }

  /** The port that calls wait for says nothing. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** A call was answered. */
  heard(): void {
    this.#factor = 1;
    this.#isSilent = false;
  }

  /** The session has another connection, or none. */
  reset(): void {
    this.#isSilent = false;
    this.#probe?.abort.abort();
    this.#probe = undefined;
  }

  /** Called again and again while calls are pending. */
  tick(): void {
    const { link, oldest } = this.#host;
    if (link === undefined || link.outstanding === 0) return;
    const nowMs = this.#environment.clock.monotonicMs();
    if (nowMs - link.waitingSinceMs >= this.#limits.silenceMs * this.#factor) {
      this.#isSilent = true;
      this.#host.silent();
      if (this.#probe === undefined) this.#ask(link, oldest);
      return;
    }
    this.#isSilent = false;
    if (oldest !== undefined && nowMs - oldest.askedMs >= this.#slowMs(oldest)) {
      this.#askAboutCall(link, oldest);
    }
  }

  /** A call that nobody registers (a slow read) looks as if it were lost; it must not be sent again and again. */
  #slowMs({ sent }: PendingCall): number {
    return this.#limits.slowCallMs * Math.min(2 ** (sent - 1), silenceFactorMax);
  }

  /** Over a connection of its own: the one that is silent may be dead, and its queue full. */
  #ask(link: Link, call: PendingCall | undefined): void {
    const { timers } = this.#environment;
    const probe = { link, abort: new AbortController() };
    this.#probe = probe;
    const timeout = timers.after(this.#limits.connectTimeoutMs, () => probe.abort.abort());
    void this.#probeOnce(link, call, probe.abort.signal).finally(() => {
      timeout.cancel();
      if (this.#probe === probe) this.#probe = undefined;
    });
  }

  async #probeOnce(link: Link, call: PendingCall | undefined, signal: AbortSignal): Promise<void> {
    let probe: Link;
    try {
      probe = await Link.open(link.port, this.#environment, this.#secret, signal);
    } catch (error) {
      // Refused: the process is gone, and our connection has not heard of it yet.
      if (!signal.aborted && error instanceof RpcError) this.#host.refused(link);
      return;
    }
    signal.addEventListener('abort', () => probe.close());
    const place = call?.place;
    // Without a call it is a hello that waits, which may be sent again at will.
    const reply =
      place === undefined
        ? await probe.ping(this.#host.sender())
        : await probe.areYouAlive(this.#host.sender(place.life), place.sequence);
    if (signal.aborted || this.#host.link !== link) probe.close();
    else this.#take(link, probe, reply);
  }

  #take(link: Link, probe: Link, reply: ProgramReply<CallState | undefined>): void {
    switch (reply.kind) {
      case 'result':
        if (reply.result === 'in-progress') break;
        this.#adopt(probe);
        return;
      case 'expired':
        this.#adopt(probe);
        return;
      case 'address-unknown':
        probe.close();
        this.#host.refused(link);
        return;
      case 'try-again':
        break;
      case 'collision':
      case 'lost':
        probe.close();
        return;
    }
    // It lives, and works on it: wait as long again.
    link.waitingSinceMs = this.#environment.clock.monotonicMs();
    probe.close();
  }

  #adopt(probe: Link): void {
    this.#factor = Math.min(this.#factor * 2, silenceFactorMax);
    // The session ends what is asked for its old connection; this one is not.
    this.#probe = undefined;
    this.#host.adopt(probe);
  }

  #askAboutCall(link: Link, call: PendingCall): void {
    call.askedMs = this.#environment.clock.monotonicMs();
    if (call.place === undefined) return;
    const { life, sequence } = call.place;
    void link.areYouAlive(this.#host.sender(life), sequence).then((reply) => {
      if (call.isSettled || call.link !== link) return;
      if (reply.kind === 'result' && reply.result !== 'in-progress') this.#host.resend(call);
    });
  }
}
