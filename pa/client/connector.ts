import type { Port } from '../directory/port.ts';
import type { Lookup, PortDirectory } from '../directory/port-directory.ts';
import type { ClusterSecret } from '../secret.ts';
import { type Candidate, Candidates, placeOf } from './candidates.ts';
import { Dialer } from './dialer.ts';
import type { WaitingReason } from './events.ts';
import type { PaClientLimits } from './limits.ts';
import type { Link, LinkEnvironment, Sender } from './link.ts';
import { Resolver } from './resolver.ts';

/** What the connector needs of the session that it connects. */
export interface ConnectorHost {
  /** Calls are pending, or the lease wants renewal. */
  readonly needsLink: boolean;
  /** Calls were sent whose replies are missing. */
  readonly hasOutstanding: boolean;
  /** The active port is silent, or says TA: another one may be better. */
  readonly isDoubtful: boolean;
  sender(): Sender;
  /** Everything goes over this connection from now on; what has no reply is to be sent again. */
  linked(link: Link): void;
  /** There is no connection. */
  unlinked(): void;
  /** The alias belongs to another area: nothing of what was sent will ever be answered. */
  leftArea(): void;
}

export interface ConnectorOptions {
  readonly alias: string;
  readonly environment: LinkEnvironment;
  readonly directory: PortDirectory;
  readonly secret: ClusterSecret | undefined;
  readonly limits: PaClientLimits;
  /** The area that an earlier process of this client has dealt with. */
  readonly areaUi?: string | undefined;
}

/**
 * Keeps a connection to the port where the alias is served. Every port that is known is tried at once when there is none; a
 * higher epoch always wins; PAM is asked and listened to meanwhile.
 */
export class Connector {
  readonly #host: ConnectorHost;
  readonly #options: ConnectorOptions;
  readonly #candidates: Candidates;
  readonly #dialer: Dialer;
  readonly #resolver: Resolver;
  #link: Link | undefined;
  /** The active connection, once it has answered for the alias. */
  #provenLink: Link | undefined;
  /** Places that were connected to, and asked whether they are the alias's port. */
  readonly #asked = new Set<string>();
  #areaUi: string | undefined;
  /** A port of another area, told since this time, and not believed yet. */
  #otherArea: { readonly port: Port; readonly sinceMs: number } | undefined;
  /** What PAM said last, where that was not a port, since when, and when. */
  #nothing:
    | { readonly kind: Lookup['kind']; readonly sinceMs: number; readonly lastMs: number }
    | undefined;
  #isClosed = false;

  constructor(host: ConnectorHost, options: ConnectorOptions) {
    const { alias, environment, directory, secret, limits } = options;
    this.#host = host;
    this.#options = options;
    this.#areaUi = options.areaUi;
    this.#candidates = new Candidates(limits.redial, environment.random);
    this.#dialer = new Dialer({
      environment,
      secret,
      candidates: this.#candidates,
      connectTimeoutMs: limits.connectTimeoutMs,
      isWanted: (candidate) => this.#isWanted(candidate),
      onOpen: (link) => this.#opened(link),
    });
    this.#resolver = new Resolver({
      environment,
      directory,
      alias,
      again: limits.lookUpAgain,
      toldPatienceMs: limits.toldPatienceMs,
      lingerMs: limits.subscriptionLingerMs,
      followAfterMs: limits.tickMs,
      onPort: (port) => this.#told(port),
      onNothing: (lookup) => this.#toldNothing(lookup),
    });
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** Calls for the old area are to end before anything is said to the new one. */
  get isLeavingArea(): boolean {
    return this.#otherArea !== undefined;
  }

  /**
   * For how long every PAM has said that there is no such alias, while no port was ever known; 0 otherwise. Up to when that was
   * said last: whoever stood still meanwhile has asked nobody.
   */
  get unknownForMs(): number {
    if (this.#nothing?.kind !== 'unknown-alias' || this.#candidates.best !== undefined) return 0;
    return this.#nothing.lastMs - this.#nothing.sinceMs;
  }

  waitingReason(): WaitingReason {
    if (this.#link !== undefined) return 'silent';
    const known = this.#candidates.best;
    const said = this.#nothing?.kind;
    if (said === 'unreachable' || (said === undefined && known === undefined)) {
      return 'pam-unreachable';
    }
    if (known !== undefined || said === undefined || said === 'found') return 'port-unreachable';
    return said;
  }

  /** A connection is needed, or a better one. */
  seek(): void {
    this.#dialer.update();
    this.#resolver.need();
  }

  /** Calls are pending: let us be told of a takeover. */
  follow(): void {
    this.#resolver.follow();
  }

  /** Nothing is pending any more. */
  rest(): void {
    this.#resolver.satisfied();
    this.#resolver.rest();
    this.#dialer.update();
  }

  /** The active connection has fallen silent. */
  doubt(): void {
    this.#provenLink = undefined;
    this.seek();
  }

  /** The active connection has answered for the alias. */
  prove(link: Link): void {
    if (this.#provenLink === link || this.#link !== link) return;
    this.#provenLink = link;
    this.#nothing = undefined;
    this.#candidates.answered(link.port, link.epoch);
    this.#resolver.satisfied();
    this.#dialer.update();
  }

  adopt(link: Link): void {
    const old = this.#link;
    this.#link = link;
    this.#provenLink = undefined;
    old?.close();
    link.onClose(() => this.lose(link, !link.hasWorked));
    this.#dialer.update();
    this.#host.linked(link);
  }

  /** The connection is gone, or of no use; `hasFailed`: the port is not to be tried again at once. */
  lose(link: Link, hasFailed: boolean): void {
    if (this.#link !== link || this.#isClosed) return;
    if (hasFailed) this.#candidates.failed(link.port, this.#nowMs());
    this.#disconnect();
    if (!this.#host.needsLink) return;
    this.#resolver.follow();
    this.seek();
  }

  /**
   * Goes over to another area when nothing ties us to the old one, or when that has been gone for some time. Called
   * now and then.
   */
  considerArea(): void {
    if (this.#otherArea === undefined) return;
    const { port, sinceMs } = this.#otherArea;
    const { areaPatienceMs } = this.#options.limits;
    const isGone = this.#link === undefined && this.#nowMs() - sinceMs >= areaPatienceMs;
    if (this.#host.hasOutstanding && !isGone) return;
    this.#otherArea = undefined;
    this.#areaUi = port.areaUi;
    this.#candidates.clear();
    this.#candidates.offer(port);
    this.#disconnect();
    this.#host.leftArea();
    if (this.#host.needsLink) this.seek();
  }

  /** Ends everything but the active connection, which the caller then owns. */
  close(): Link | undefined {
    const link = this.#link;
    this.#isClosed = true;
    this.#link = undefined;
    this.#resolver.stop();
    this.#dialer.stop();
    return link;
  }

  #disconnect(): void {
    const link = this.#link;
    this.#link = undefined;
    this.#provenLink = undefined;
    link?.close();
    this.#host.unlinked();
  }

  #isWanted({ port }: Candidate): boolean {
    if (this.#isClosed || this.#asked.has(placeOf(port))) return false;
    const active = this.#link;
    if (active === undefined) return this.#host.needsLink;
    if (placeOf(port) === placeOf(active.port)) return false;
    return port.epoch > active.epoch || this.#host.isDoubtful;
  }

  #opened(link: Link): void {
    if (this.#isClosed || link.port.areaUi !== this.#areaUi) {
      link.close();
      return;
    }
    const active = this.#link;
    const best = this.#candidates.best;
    const isBest = best?.failures === 0 && placeOf(best.port) === placeOf(link.port);
    // What PAM named last is believed at once; what served earlier, or has failed, is asked first.
    if (isBest && (active === undefined || link.epoch > active.epoch)) this.adopt(link);
    else this.#askFirst(link);
  }

  #askFirst(link: Link): void {
    const { environment, limits } = this.#options;
    const place = placeOf(link.port);
    this.#asked.add(place);
    const timeout = environment.timers.after(limits.connectTimeoutMs, () => link.close());
    void link.ping(this.#host.sender()).then((reply) => {
      timeout.cancel();
      this.#asked.delete(place);
      const active = this.#link;
      const isAnswer = reply.kind === 'result';
      if (isAnswer) this.#candidates.answered(link.port, link.epoch);
      else this.#candidates.failed(link.port, this.#nowMs());
      const isBetter =
        active === undefined
          ? isAnswer || reply.kind === 'try-again'
          : isAnswer && (link.epoch > active.epoch || this.#host.isDoubtful);
      if (isBetter && !this.#isClosed) {
        // Whatever epoch it goes by, it does not answer: it would be adopted again at once.
        if (active !== undefined) this.#candidates.failed(active.port, this.#nowMs());
        this.adopt(link);
      } else {
        link.close();
        this.#dialer.update();
      }
    });
  }

  #told(port: Port): void {
    if (this.#isClosed) return;
    this.#nothing = undefined;
    this.#areaUi ??= port.areaUi;
    if (port.areaUi === this.#areaUi) {
      this.#otherArea = undefined;
      this.#candidates.offer(port);
      this.#dialer.update();
    } else {
      this.#otherArea = { port, sinceMs: this.#otherArea?.sinceMs ?? this.#nowMs() };
      this.considerArea();
    }
  }

  #toldNothing(lookup: Exclude<Lookup, { kind: 'found' }>): void {
    const lastMs = this.#nowMs();
    const sinceMs = this.#nothing?.kind === lookup.kind ? this.#nothing.sinceMs : lastMs;
    if (lookup.kind === 'unreachable' && lookup.hint !== undefined) this.#told(lookup.hint);
    this.#nothing = { kind: lookup.kind, sinceMs, lastMs };
  }

  #nowMs(): number {
    return this.#options.environment.clock.monotonicMs();
  }
}
