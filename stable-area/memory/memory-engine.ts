import { strict as assert } from 'node:assert';
import type { Timers } from '../../environment/clock.ts';
import type { KeyValueEngine } from '../key-value-engine.ts';
import type { Change, Key, KeyRange, StoredRecord } from '../stable-area.ts';
import type { MemoryDisk } from './memory-disk.ts';
import type { MemoryEpoch } from './memory-epoch.ts';

/** The engine of one epoch on a disk in memory. */
export class MemoryEngine implements KeyValueEngine {
  readonly #disk: MemoryDisk;
  readonly #epoch: MemoryEpoch;
  readonly #timers: Timers;
  #closed = false;
  #writing = false;

  constructor(disk: MemoryDisk, epoch: MemoryEpoch, timers: Timers) {
    this.#disk = disk;
    this.#epoch = epoch;
    this.#timers = timers;
  }

  async getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    await this.#turn();
    return keys.map((key) => this.#epoch.records.get(key));
  }

  async range(range: KeyRange): Promise<StoredRecord[]> {
    await this.#turn();
    return this.#epoch.records.range(range);
  }

  async writeSynced(changes: readonly Change[]): Promise<void> {
    assert(!this.#closed && !this.#writing, 'one write at a time, none after close');
    const failure = this.#disk.takeAppendFailure();
    if (failure !== undefined) throw failure;
    this.#writing = true;
    this.#epoch.log.push(changes);
    await this.#disk.sync(this.#timers);
    this.#epoch.log.splice(this.#epoch.log.indexOf(changes), 1);
    this.#epoch.records.apply(changes);
    this.#writing = false;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** A read comes back in a later turn, as it does from a disk. */
  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#timers.soon(() => {
        if (this.#closed) reject(new Error('the engine is closed'));
        else resolve();
      });
    });
  }
}
