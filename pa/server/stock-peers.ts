import type { Clock } from '../../environment/clock.ts';
import type { RecordStore } from '../../stable-area/records/record-store.ts';
import type { Key } from '../../stable-area/stable-area.ts';
import { slotsMax } from './slot-keys.ts';
import { StockPeer } from './stock-peer.ts';
import { hostOfPeerKey, peerOfSlotKey, slotKeysOf, stockReplies } from './stock-records.ts';

export interface StockLimits {
  /** Answers that are remembered of one peer: more than any client has outstanding at once. */
  readonly ringSlots: number;
  /** Peers whose answers are remembered; beyond, those of the address with the most peers are forgotten. */
  readonly peersMax: number;
  /** Answers of all peers in memory, some 0.5 KiB each; beyond, those of silent peers stay in the stable area alone. */
  readonly answersInMemory: number;
}

export const defaultStockLimits: StockLimits = {
  ringSlots: 1_024,
  peersMax: 4_096,
  answersInMemory: 65_536,
};

/** A peer that is silent for this long may be loaded again when it is heard; one that is busy is not, over and over. */
export const silentMs = 10_000;

const scanStep = 256;
const forgottenPerBatch = 64;
/** Peers that are forgotten before it is looked again which address has the most. */
const forgottenPerLook = 256;

interface SilentPeer {
  readonly key: Key;
  readonly lastHeardMs: number;
}

/** The stock clients of one volume, each with its ring; loaded when one is first heard of after a takeover. */
export class StockPeers<Route> {
  readonly #store: RecordStore;
  readonly #clock: Clock;
  readonly #limits: StockLimits;
  /** Undefined: only in the stable area. */
  readonly #peers = new Map<Key, StockPeer<Route> | undefined>();
  readonly #loading = new Map<Key, Promise<StockPeer<Route>>>();
  #forgotten = 0;

  constructor(store: RecordStore, clock: Clock, limits: StockLimits = defaultStockLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = { ...limits, ringSlots: Math.min(limits.ringSlots, slotsMax) };
  }

  get size(): number {
    return this.#peers.size;
  }

  /** Peers that had to be forgotten before their time. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The peer under the key that `peerKey` made, if it is in memory. Any message of it counts as heard. */
  find(key: Key): StockPeer<Route> | undefined {
    const peer = this.#peers.get(key);
    peer?.heard(this.#clock.monotonicMs());
    return peer;
  }

  /** The peer, with its ring from the stable area. */
  load(key: Key): Promise<StockPeer<Route>> {
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#load(key).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }

  /** After a claim: learns which peers the stable area knows, so that they can be forgotten in their turn. */
  async startPeers(): Promise<void> {
    let from: Key = '';
    for (;;) {
      const range = { from, to: '\xff\xff', limit: scanStep };
      const { result } = await this.#store.execute((transaction) =>
        transaction.range(stockReplies, range),
      );
      for (const { key } of result) {
        const peer = peerOfSlotKey(key);
        if (!this.#peers.has(peer)) this.#peers.set(peer, undefined);
      }
      const last = result.at(-1);
      if (last === undefined || result.length < scanStep) return;
      from = `${last.key}\x00`;
    }
  }

  /** Forgets peers beyond the limit, in small steps. To be called now and then. */
  async forgetBeyondLimit(): Promise<void> {
    while (this.#peers.size > this.#limits.peersMax) {
      const chosen = this.#toForget(
        Math.min(this.#peers.size - this.#limits.peersMax, forgottenPerLook),
      );
      if (chosen.length === 0) return;
      for (const { key, lastHeardMs } of chosen) {
        const peer = this.#peers.get(key);
        // It may have been heard since it was chosen.
        if (!this.#mayForget(key, peer) || lastHeardMsOf(peer) !== lastHeardMs) continue;
        this.#peers.delete(key);
        this.#forgotten += 1;
        await this.#forget(key);
      }
    }
  }

  /**
   * Drops rings of silent peers from memory, the longest silent first, as far as there are too many answers. Nothing of
   * them is in the way of being durable: such a call still runs. To be called now and then.
   */
  unloadSilent(): void {
    let answers = 0;
    const silent: [Key, StockPeer<Route>][] = [];
    const silentSinceMs = this.#clock.monotonicMs() - silentMs;
    for (const [key, peer] of this.#peers) {
      if (peer === undefined) continue;
      answers += peer.answers;
      const isSilent = lastHeardMsOf(peer) <= silentSinceMs;
      if (isSilent && this.#mayForget(key, peer)) silent.push([key, peer]);
    }
    silent.sort(([, one], [, other]) => lastHeardMsOf(one) - lastHeardMsOf(other));
    for (const [key, peer] of silent) {
      if (answers <= this.#limits.answersInMemory) return;
      answers -= peer.answers;
      this.#peers.set(key, undefined);
    }
  }

  /**
   * Always one more of the address with the most peers, of them the longest silent: a host that calls from thousands of
   * ports costs the answers of nobody else.
   */
  #toForget(count: number): SilentPeer[] {
    const hosts = new Map<Key, SilentPeer[]>();
    const longestSilentLast = [...this.#peers]
      .filter(([key, peer]) => this.#mayForget(key, peer))
      .map(([key, peer]) => ({ key, lastHeardMs: lastHeardMsOf(peer) }))
      .sort((one, other) => one.lastHeardMs - other.lastHeardMs)
      .reverse();
    for (const found of longestSilentLast) {
      const host = hostOfPeerKey(found.key);
      const peers = hosts.get(host);
      if (peers === undefined) hosts.set(host, [found]);
      else peers.push(found);
    }
    const chosen: SilentPeer[] = [];
    while (chosen.length < count) {
      let most: SilentPeer[] = [];
      for (const peers of hosts.values()) if (peers.length > most.length) most = peers;
      const longestSilent = most.pop();
      if (longestSilent === undefined) break;
      chosen.push(longestSilent);
    }
    return chosen;
  }

  /** One that is being loaded was heard just now. */
  #mayForget(key: Key, peer: StockPeer<Route> | undefined): boolean {
    return !this.#loading.has(key) && (peer === undefined || peer.runningCalls === 0);
  }

  async #load(key: Key): Promise<StockPeer<Route>> {
    const range = { ...slotKeysOf(key), limit: slotsMax };
    const { result } = await this.#store.execute((transaction) =>
      transaction.range(stockReplies, range),
    );
    const known = this.#peers.get(key);
    if (known !== undefined) return known;
    const peer = new StockPeer<Route>(key, this.#limits.ringSlots);
    const inOrder = result.map(({ value }) => value).sort((a, b) => a.ordinal - b.ordinal);
    for (const reply of inOrder) peer.restore(reply);
    peer.heard(this.#clock.monotonicMs());
    this.#peers.set(key, peer);
    return peer;
  }

  async #forget(peer: Key): Promise<void> {
    for (;;) {
      const range = { ...slotKeysOf(peer), limit: forgottenPerBatch };
      const { result } = await this.#store.execute((transaction) =>
        transaction.range(stockReplies, range),
      );
      // Heard of again meanwhile: whatever is left of its ring is its own again.
      if (this.#peers.has(peer) || this.#loading.has(peer)) return;
      await this.#store.execute((transaction) => {
        for (const { key } of result) transaction.delete(stockReplies, key);
      });
      if (result.length < forgottenPerBatch) return;
    }
  }
}

function lastHeardMsOf(peer: StockPeer<unknown> | undefined): number {
  return peer?.lastHeardMs ?? Number.NEGATIVE_INFINITY;
}
