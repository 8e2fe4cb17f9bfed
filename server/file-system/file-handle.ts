import { strict as assert } from 'node:assert';
import { timingSafeEqual } from 'node:crypto';
import { Slab } from '../../environment/slab.ts';
import { writeUnsigned64 } from '../../xdr/unsigned-64.ts';
import { HandleMac } from './handle-mac.ts';
import type { VolumeIdentity } from './records/volume-records.ts';

/** RFC 1094 §2.3.3 FHSIZE. Version 3 allows 64. */
export const handleBytes = 32;
const volumeBytes = 8;
const macOffset = 24;
const macBytes = 8;
/** Handles remembered, twice as many at most. A tenth of a microsecond instead of what a MAC costs. */
const rememberedMax = 8_192;
const handlesPerSlab = 256;

/** What a file handle says. */
export interface HandleTarget {
  readonly ino: number;
  /** The directory that was mounted: `..` leads no higher, and handles made from this one carry it on. */
  readonly exportRoot: number;
}

/**
 * Makes and checks file handles: volume (8 bytes), inode (8), export root (8), MAC (8) over the others. They are the
 * same on every server that serves the volume, for ever: inode numbers are never reused, so a handle of a removed file
 * is stale and never another file's. Without the volume's secret nobody can make one, so a client that was given a
 * sub-tree cannot reach anything outside of it.
 */
export class FileHandles {
  /** Identity of the volume: the beginning of every handle. */
  readonly fsid: bigint;
  readonly fsidHigh: number;
  readonly fsidLow: number;
  readonly #volume: Buffer;
  readonly #mac: HandleMac;
  /** The last handles that were made or found genuine. Only saves time: both are pure functions. */
  readonly #genuine = new RecentMap<string, HandleTarget>();
  readonly #made = new RecentMap<number, Made>();
  readonly #slab = new Slab(handleBytes, handlesPerSlab);

  constructor(areaId: Uint8Array, identity: VolumeIdentity) {
    assert(areaId.length >= volumeBytes);
    this.#volume = Buffer.from(areaId.subarray(0, volumeBytes));
    this.fsid = this.#volume.readBigUInt64BE(0);
    this.fsidHigh = this.#volume.readUInt32BE(0);
    this.fsidLow = this.#volume.readUInt32BE(4);
    this.#mac = new HandleMac(identity.handleSecret);
  }

  /** The handle may be given to others meanwhile: not to be changed. */
  make(target: HandleTarget): Buffer {
    const { ino, exportRoot } = target;
    const made = this.#made.get(ino);
    if (made?.exportRoot === exportRoot) return made.handle;
    const handle = this.#slab.take();
    this.#volume.copy(handle, 0);
    writeUnsigned64(handle, ino, 8);
    writeUnsigned64(handle, exportRoot, 16);
    this.#mac.write(handle, handle, macOffset);
    this.#made.set(ino, { handle, exportRoot });
    // It comes back with the next call for this file.
    this.#genuine.set(handle.toString('latin1'), { ino, exportRoot });
    return handle;
  }

  /** Undefined for what this volume never gave: another volume's handle, a forged or a damaged one. */
  parse(handle: Buffer): HandleTarget | undefined {
    const text = handle.toString('latin1');
    const remembered = this.#genuine.get(text);
    if (remembered !== undefined) return remembered;
    if (handle.length !== handleBytes || !handle.subarray(0, volumeBytes).equals(this.#volume)) {
      return undefined;
    }
    const mac = Buffer.allocUnsafe(macBytes);
    this.#mac.write(handle, mac, 0);
    if (!timingSafeEqual(handle.subarray(macOffset), mac)) return undefined;
    const target = {
      ino: Number(handle.readBigUInt64BE(8)),
      exportRoot: Number(handle.readBigUInt64BE(16)),
    };
    this.#genuine.set(text, target);
    return target;
  }
}

/** A file has one handle for each export below which it is reached: nearly always one. */
interface Made {
  readonly handle: Buffer;
  readonly exportRoot: number;
}

/** Remembers what was set last: at least `rememberedMax` values, at most twice as many. */
class RecentMap<K, V> {
  #current = new Map<K, V>();
  #before = new Map<K, V>();

  get(key: K): V | undefined {
    return this.#current.get(key) ?? this.#before.get(key);
  }

  set(key: K, value: V): void {
    if (this.#current.size >= rememberedMax) {
      this.#before = this.#current;
      this.#current = new Map();
    }
    this.#current.set(key, value);
  }
}
