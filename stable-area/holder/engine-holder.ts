import { strict as assert } from 'node:assert';
import type { Clock, Timers } from '../../environment/clock.ts';
import type { ReadUse } from '../../environment/folder.ts';
import type { KeyValueEngine } from '../key-value-engine.ts';
import { isValueKey, paPrefix, ringKey, servicePrefix } from '../keys.ts';
import type { BatchLimits } from '../limits.ts';
import {
  type Change,
  type Claim,
  type Confirmation,
  type Holder,
  type HolderLoss,
  type HolderStatistics,
  type Key,
  type KeyRange,
  StableAreaError,
  type StoredRecord,
} from '../stable-area.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import type { Location, SegmentId } from '../value-log/location.ts';
import type { Move } from '../value-log/cleaner.ts';
import type { ValueLog } from '../value-log/value-log.ts';
import { verifyArea } from './area-record.ts';
import { encodeRingEntry, slotOf } from './batch-ring.ts';
import { type BatchChanges, GroupCommit } from './group-commit.ts';
import { QuickLook } from './quick-look.ts';
import type { SpaceWatch } from './space-watch.ts';
import { seal, unseal } from './value-format.ts';
import { unsealAll } from './unseal-all.ts';

export interface HolderParts {
  readonly claim: Claim;
  /** Open, and used by nobody else; the holder closes it. */
  readonly engine: KeyValueEngine;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: BatchLimits;
  /** One check that starts now. Throwing and rejecting count as fenced. */
  readonly checkFence: () => Confirmation | Promise<Confirmation>;
  readonly space: SpaceWatch;
  /** Undefined: every value is a part of its record. */
  readonly values?: ValueLog | undefined;
}

/** Between two looks at what PA deleted: as many keys a range read passes in 5 ms. */
const deletedMax = 50_000;

/** How often a value is looked for again because its segment was removed meanwhile. */
const locateAttemptsMax = 10;

/** Proves that the engine is whole and makes it a holder's; closes it where it is not. */
export async function openHolder(parts: HolderParts): Promise<EngineHolder> {
  const { engine, claim } = parts;
  try {
    const newest = await verifyArea(engine, claim.areaId, claim.epoch);
    return new EngineHolder(parts, newest.batch);
  } catch (error) {
    parts.space.close();
    parts.values?.close();
    await engine.close().catch(() => undefined);
    throw error;
  }
}

/** A holder over a key-value engine of its own: the same for every kind of area. */
export class EngineHolder implements Holder {
  readonly #parts: HolderParts;
  readonly #group: GroupCommit;
  readonly #quickLook: QuickLook;
  #loss: HolderLoss | undefined;
  #engineClosed: Promise<void> | undefined;
  /** Of PA's keys: nearly all of them are deleted soon. */
  #deleted = 0;
  #isDropping = false;
  #commits = 0;
  #batches = 0;
  #changes = 0;
  #bytes = 0;
  #confirmations = 0;
  onDurable: ((durableBatch: number) => void) | undefined;
  onLoss: ((loss: HolderLoss) => void) | undefined;

  constructor(parts: HolderParts, newestBatch: number) {
    this.#parts = parts;
    this.#quickLook = new QuickLook(parts.engine, parts.clock);
    this.#group = new GroupCommit({
      clock: parts.clock,
      timers: parts.timers,
      limits: parts.limits,
      newestBatch,
      write: (batch, changes, bytes) => this.#write(batch, changes, bytes),
      onDurable: (batch) => this.onDurable?.(batch),
      onFailed: (cause) => this.#lose({ kind: 'failed', cause }),
    });
    const { values, space } = parts;
    if (values === undefined) return;
    values.mover = {
      // Moving frees more than it takes, but only afterwards.
      hasRoom: (bytes) => space.admitsGrowth || space.space.availableBytes > 2 * bytes,
      commit: (moves) => {
        if (!this.#isLost()) this.#commitValues(values, moves.map(withoutPlace), moves);
      },
    };
  }

  get claim(): Claim {
    return this.#parts.claim;
  }

  get loss(): HolderLoss | undefined {
    return this.#loss;
  }

  get durableBatch(): number {
    return this.#group.durableBatch;
  }

  get lastBatch(): number {
    return this.#group.lastBatch;
  }

  get admitsGrowth(): boolean {
    return this.#parts.space.admitsGrowth;
  }

  get space(): Holder['space'] {
    return this.#parts.space.space;
  }

  oldestCommitAgeMs(): number {
    return this.#group.oldestCommitAgeMs();
  }

  statistics(): HolderStatistics {
    return {
      commits: this.#commits,
      batches: this.#batches,
      changes: this.#changes,
      bytes: this.#bytes,
      confirmations: this.#confirmations,
      takeoverBytes: this.#parts.space.takeoverBytes,
    };
  }

  commit(changes: readonly Change[]): number {
    this.#commits += 1;
    this.#changes += changes.length;
    const { values } = this.#parts;
    // After the loss nothing is appended: nobody would ever hear of it.
    if (values === undefined || this.#isLost() || !changes.some(({ key }) => isValueKey(key))) {
      return this.#group.commit(changes);
    }
    return this.#commitValues(values, changes);
  }

  getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    const { values } = this.#parts;
    if (values === undefined || !keys.some(isValueKey)) return this.#getMany(keys, undefined);
    return values.load((found) => this.#getMany(keys, found));
  }

  lookNow(keys: readonly Key[]): (Uint8Array | undefined)[] | undefined {
    return this.#isLost() ? undefined : this.#quickLook.at(keys);
  }

  getNow(keys: readonly Key[], use: ReadUse): readonly Uint8Array[] | undefined {
    const { values } = this.#parts;
    // Who asks after the loss is told so by `getMany`.
    if (values === undefined || this.#isLost()) return undefined;
    try {
      return values.readNow(keys, use);
    } catch (cause) {
      throw this.#broken(readFailure(cause));
    }
  }

  async range(range: KeyRange): Promise<StoredRecord[]> {
    assert(range.from.charCodeAt(0) !== 0, 'a range over the stable area itself');
    assert(Number.isInteger(range.limit) && range.limit >= 0);
    if (range.limit === 0 || range.from >= range.to) return [];
    const stored = await this.#read(() => this.#parts.engine.range(range));
    assert(
      stored.every(({ key }) => !isValueKey(key)),
      'a range over values: they are got one by one',
    );
    return this.#verified(() =>
      stored.map(({ key, value }) => ({ key, value: unseal(key, value) })),
    );
  }

  async confirm(): Promise<Confirmation> {
    if (this.#loss !== undefined) return 'fenced';
    this.#confirmations += 1;
    let found: Confirmation;
    try {
      found = await this.#parts.checkFence();
    } catch {
      // What cannot be told is fenced: an answer too few costs a takeover, one too many costs data.
      found = 'fenced';
    }
    if (found === 'fenced') this.#lose({ kind: 'fenced' });
    return this.#isLost() ? 'fenced' : 'held';
  }

  async prepareHandOver(): Promise<void> {
    // Whatever it says: the log is as long as it is then.
    if (!this.#isLost()) await this.#parts.engine.shrinkLog?.().catch(() => undefined);
  }

  /** Lets the engine forget what PA deleted: the range reads of the next takeover would pass all of it. */
  async dropDeleted(): Promise<void> {
    if (this.#isLost() || this.#isDropping) return;
    this.#deleted = 0;
    this.#isDropping = true;
    // What fails here fails the next write too, or does no harm.
    await this.#parts.engine.dropDeleted?.(paPrefix, servicePrefix).catch(() => undefined);
    this.#isDropping = false;
  }

  async close(): Promise<void> {
    if (!this.#isLost()) {
      await this.#group.drain();
      this.#lose({ kind: 'closed' });
    }
    await this.#engineClosed;
  }

  /** The end of the process as far as this holder goes: no notice, no answer, no further write. */
  abandon(): void {
    this.#loss ??= { kind: 'closed' };
    this.#group.stop();
    this.#parts.space.close();
    this.#parts.values?.close();
  }

  /** The process has found out by itself that it is not the holder any more. */
  fence(): void {
    this.#lose({ kind: 'fenced' });
  }

  async #getMany(
    keys: readonly Key[],
    located: ((key: Key, location: Location) => void) | undefined,
  ): Promise<(Uint8Array | undefined)[]> {
    for (let attempt = 1; ; attempt += 1) {
      const stored = await this.#read(() => this.#parts.engine.getMany(keys));
      assert(stored.length === keys.length);
      const found = this.#verified(() => unsealAll(keys, stored));
      const values = await this.#valuesAt(found.locations, attempt);
      if (values === 'moved') continue;
      found.indexes.forEach((index, at) => {
        found.values[index] = values[at];
        const [key, location] = [keys[index], found.locations[at]];
        if (key !== undefined && location !== undefined) located?.(key, location);
      });
      return found.values;
    }
  }

  async #write(batch: number, changes: BatchChanges, bytes: number): Promise<void> {
    const { values, space, claim, engine } = this.#parts;
    const sealed: Change[] = [];
    const inValueLog = new Map<Key, Uint8Array | undefined>();
    for (const [key, value] of changes) {
      if (values !== undefined && isValueKey(key)) {
        inValueLog.set(key, value);
        continue;
      }
      if (value === undefined && key.startsWith(paPrefix)) this.#deleted += 1;
      sealed.push({ key, value: value === undefined ? undefined : seal(key, value) });
    }
    if (values !== undefined && inValueLog.size > 0) {
      sealed.push(...(await values.prepare(batch, inValueLog)));
    }
    const slot = ringKey(slotOf(batch));
    const entry = encodeRingEntry({ batch, epoch: claim.epoch });
    sealed.push({ key: slot, value: seal(slot, entry) });
    await engine.writeSynced(sealed);
    this.#batches += 1;
    this.#bytes += bytes;
    space.noteRecords(bytes);
    const unneeded = values?.written(batch) ?? [];
    if (unneeded.length > 0) void this.#remove(unneeded);
    if (this.#deleted >= deletedMax) void this.dropDeleted();
  }

  /** What nothing durable names any more. What could not be removed is left to the next holder. */
  async #remove(segments: readonly SegmentId[]): Promise<void> {
    if ((await this.confirm()) === 'fenced') return;
    await this.#parts.values?.remove(segments).catch(() => undefined);
  }

  #commitValues(values: ValueLog, changes: readonly Change[], moves?: readonly Move[]): number {
    const batch = this.#group.commit(values.take(changes));
    values.joined(batch, changes, moves);
    this.#noteValues(changes);
    return batch;
  }

  #noteValues(changes: readonly Change[]): void {
    let bytes = 0;
    for (const { key, value } of changes) if (isValueKey(key)) bytes += value?.length ?? 0;
    this.#bytes += bytes;
    this.#parts.space.noteValues(bytes);
  }

  /** 'moved': a segment was removed since its name was read, so the values lie elsewhere by now, or are gone. */
  async #valuesAt(
    locations: readonly Location[],
    attempt: number,
  ): Promise<readonly Uint8Array[] | 'moved'> {
    const { values } = this.#parts;
    if (locations.length === 0) return [];
    return this.#read(async () => {
      if (values === undefined) {
        throw new StableAreaError('STABLE_AREA_CORRUPT', 'a value lies in a log that is not there');
      }
      try {
        return await values.read(locations);
      } catch (error) {
        if (systemCodeOf(error) !== 'ENOENT') throw error;
        // The next holder removes segments too, which is no damage; and asking tells.
        const isHeld = (await this.confirm()) === 'held';
        if (isHeld && attempt < locateAttemptsMax) return 'moved';
        throw new StableAreaError(
          'STABLE_AREA_CORRUPT',
          'a segment that a record names is missing',
          {
            cause: error,
          },
        );
      }
    });
  }

  async #read<T>(operation: () => Promise<T>): Promise<T> {
    this.#refuseWhenLost();
    let found: T;
    try {
      found = await operation();
    } catch (cause) {
      // An engine that is being closed fails its reads: the loss is the reason, not the disk.
      this.#refuseWhenLost();
      throw this.#broken(readFailure(cause));
    }
    this.#refuseWhenLost();
    return found;
  }

  #verified<T>(unsealAll: () => T): T {
    try {
      return unsealAll();
    } catch (error) {
      assert(error instanceof StableAreaError, error instanceof Error ? error : undefined);
      throw this.#broken(error);
    }
  }

  /** After a record that is wrong nothing of this copy can be trusted. */
  #broken(cause: StableAreaError): StableAreaError {
    this.#lose({ kind: 'failed', cause });
    return cause;
  }

  #isLost(): boolean {
    return this.#loss !== undefined;
  }

  #refuseWhenLost(): void {
    const loss = this.#loss;
    if (loss === undefined) return;
    throw new StableAreaError(
      'STABLE_AREA_LOST',
      `epoch ${this.#parts.claim.epoch} is held no more (${loss.kind})`,
      loss.kind === 'failed' ? { cause: loss.cause } : undefined,
    );
  }

  #lose(loss: HolderLoss): void {
    if (this.#loss !== undefined) return;
    this.#loss = loss;
    this.#group.stop();
    this.#parts.space.close();
    this.#parts.values?.close();
    // Whatever closing an engine that is not needed any more says, there is nothing to do about it.
    this.#engineClosed = this.#parts.engine.close().catch(() => undefined);
    this.onLoss?.(loss);
  }
}

function readFailure(cause: unknown): StableAreaError {
  return cause instanceof StableAreaError
    ? cause
    : new StableAreaError('STABLE_AREA_IO', 'the engine failed a read', { cause });
}

function withoutPlace({ key, value }: Move): Change {
  return { key, value };
}
