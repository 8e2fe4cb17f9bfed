import type { Clock } from '../../environment/clock.ts';
import type { ByteString } from '../bytes.ts';
import type { Attributes, Node, NodeHandle } from '../nfs/nfs-protocol.ts';
import { BoundedMap } from './bounded-map.ts';
import { type CacheLimits, type CacheOptions, cacheLimits, timeoutMsOf } from './cache-options.ts';

/** When a call was sent. Calls are numbered, because the clock may stand still between two of them. */
export interface Asked {
  readonly number: number;
  readonly atMs: number;
}

/** What is remembered of a name: what it leads to, that it does not exist, or nothing that may be believed. */
export type KnownName =
  | { readonly kind: 'found'; readonly node: Node }
  | { readonly kind: 'missing' }
  /** Something is remembered, but the directory's attributes are too old to believe it: ask for them, and look again. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

interface NodeRecord {
  readonly attributes: Attributes;
  readonly asked: Asked;
  /** The number of the last call that was sent before this was kept. */
  readonly keptNumber: number;
  readonly timeoutMs: number;
}

interface NameRecord {
  /** Undefined: there is no such name. */
  readonly node: Node | undefined;
  /** The directory's times when the name was looked up: it is believed while these are the directory's. */
  readonly modifyTimeMs: number;
  readonly changeTimeMs: number;
}

/**
 * Attributes and names that were seen, and may be believed for a while, as NFS clients do it. What this client itself
 * changes is never believed from before: an answer counts only if it was asked for after the last own change had ended,
 * whatever the order in which answers arrive.
 *
 * Version 2 does not tell a directory's attributes before and after a change (wcc_data came with RFC 1813 §2.6). So after
 * an own change the directory's attributes are not believed any more; its names are, until their time is over, and then
 * they are asked for again because the directory's times differ.
 */
export class NodeCache {
  readonly limits: CacheLimits;
  readonly #clock: Clock;
  readonly #nodes: BoundedMap<string, NodeRecord>;
  readonly #names: BoundedMap<string, NameRecord>;
  /** By file and by name: the number of calls when an own change of it ended last. */
  readonly #changed: BoundedMap<string, number>;
  /** As in `#changed`, for all that were forgotten there. */
  #changedBefore = 0;
  /** As in `#changed`, where a name was taken away: of all files with several names, and of everything. */
  #linkLostAt = 0;
  #unknownLostAt = 0;
  #lastNumber = 0;

  /** Throws a RangeError for options that contradict each other. */
  constructor(clock: Clock, options: CacheOptions) {
    this.limits = cacheLimits(options);
    this.#clock = clock;
    this.#nodes = new BoundedMap(this.limits.entriesMax);
    this.#names = new BoundedMap(this.limits.entriesMax);
    this.#changed = new BoundedMap(this.limits.entriesMax, (number) => {
      this.#changedBefore = Math.max(this.#changedBefore, number);
    });
  }

  /** Files and names that are kept now. */
  get size(): number {
    return this.#nodes.size + this.#names.size;
  }

  /** To be called when a call is sent. */
  ask(): Asked {
    this.#lastNumber += 1;
    return { number: this.#lastNumber, atMs: this.#clock.monotonicMs() };
  }

  /** Attributes that may be believed. */
  attributes(node: NodeHandle): Attributes | undefined {
    const key = keyOf(node);
    const record = this.#nodes.get(key);
    if (record === undefined || this.#isExpired(record)) return undefined;
    return record.asked.number > this.#floor(key, record.attributes)
      ? record.attributes
      : undefined;
  }

  find(directory: NodeHandle, name: ByteString): KnownName {
    const known = this.#names.get(nameKeyOf(directory, name));
    const parent = this.#nodes.get(keyOf(directory));
    if (known === undefined || parent === undefined) return { kind: 'unknown' };
    const { modifyTimeMs, changeTimeMs } = parent.attributes;
    if (known.modifyTimeMs !== modifyTimeMs || known.changeTimeMs !== changeTimeMs) {
      return { kind: 'unknown' };
    }
    if (this.#isExpired(parent)) return { kind: 'expired' };
    return known.node === undefined ? { kind: 'missing' } : { kind: 'found', node: known.node };
  }

  /** An answer told these attributes. */
  sawAttributes(node: NodeHandle, attributes: Attributes, asked: Asked): void {
    const key = keyOf(node);
    const there = this.#nodes.get(key);
    if (there !== undefined && there.asked.number > asked.number) return;
    const nowWallMs = this.#clock.wallMicroseconds() / 1_000;
    const timeoutMs = timeoutMsOf(attributes, nowWallMs, this.limits);
    this.#nodes.set(key, { attributes, asked, keptNumber: this.#lastNumber, timeoutMs });
  }

  /** A look-up found this; undefined: no such name. */
  sawName(directory: NodeHandle, name: ByteString, node: Node | undefined, asked: Asked): void {
    const key = nameKeyOf(directory, name);
    if (asked.number <= Math.max(this.#changed.get(key) ?? 0, this.#changedBefore)) return;
    this.#keepName(directory, key, node, asked);
  }

  /** An own change of a file has ended; with its attributes afterwards where the answer told them. */
  changed(node: NodeHandle, asked: Asked, attributes?: Attributes): void {
    const key = keyOf(node);
    const isLatest = asked.number > Math.max(this.#changed.get(key) ?? 0, this.#changedBefore);
    this.#changed.set(key, this.ask().number);
    // Where another change ended meanwhile, nobody knows which of the two was first.
    if (attributes !== undefined && isLatest) {
      this.sawAttributes(node, attributes, { ...asked, number: this.ask().number });
    }
  }

  /** An own change of a name has ended: it leads to this now, or to nothing; 'unknown': whatever it leads to. */
  changedName(
    directory: NodeHandle,
    name: ByteString,
    asked: Asked,
    node: Node | 'missing' | 'unknown',
  ): void {
    this.changed(directory, asked);
    const key = nameKeyOf(directory, name);
    const isLatest = asked.number > Math.max(this.#changed.get(key) ?? 0, this.#changedBefore);
    this.#changed.set(key, this.ask().number);
    if (node === 'unknown' || !isLatest) this.#names.delete(key);
    else this.#keepName(directory, key, node === 'missing' ? undefined : node, asked);
  }

  /** What had this name has it no longer, by an own change; to be called before the name itself is changed here. */
  lostName(directory: NodeHandle, name: ByteString, asked: Asked): void {
    const node = this.#names.get(nameKeyOf(directory, name))?.node;
    this.#linkLostAt = this.ask().number;
    if (node === undefined) this.#unknownLostAt = this.#linkLostAt;
    else this.changed(node.handle, asked);
  }

  /** Forgets everything, what is being asked now included. */
  clear(): void {
    this.#nodes.clear();
    this.#names.clear();
    this.#changed.clear();
    this.#changedBefore = this.ask().number;
  }

  /**
   * Where the directory's attributes came while the look-up was under way, they may be younger than what it found, and
   * would vouch for it for ever: then the name is not kept.
   */
  #keepName(directory: NodeHandle, key: string, node: Node | undefined, asked: Asked): void {
    const parent = this.#nodes.get(keyOf(directory));
    if (parent === undefined || parent.keptNumber >= asked.number) {
      this.#names.delete(key);
      return;
    }
    const { modifyTimeMs, changeTimeMs } = parent.attributes;
    this.#names.set(key, { node, modifyTimeMs, changeTimeMs });
  }

  #isExpired({ asked, timeoutMs }: NodeRecord): boolean {
    return this.#clock.monotonicMs() >= asked.atMs + timeoutMs;
  }

  /** What was asked up to this number is not believed about the file. */
  #floor(key: string, { type, links }: Attributes): number {
    const changed = Math.max(this.#changed.get(key) ?? 0, this.#changedBefore);
    const hasOtherNames = type !== 'directory' && links > 1;
    return Math.max(changed, this.#unknownLostAt, hasOtherNames ? this.#linkLostAt : 0);
  }
}

function keyOf(node: NodeHandle): string {
  return node.toString('latin1');
}

/** Handles of one server have one length, and no name has a slash. */
function nameKeyOf(directory: NodeHandle, name: ByteString): string {
  return `${keyOf(directory)}/${name}`;
}
