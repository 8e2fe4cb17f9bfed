import { strict as assert } from 'node:assert';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { VolumeIdentity } from './records/volume-records.ts';

/** RFC 1094 §2.3.3 FHSIZE. Version 3 allows 64. */
export const handleBytes = 32;
const volumeBytes = 8;
const macOffset = 24;
const macBytes = 8;
/** Handles remembered as genuine. A tenth of a microsecond instead of three. */
const rememberedMax = 8_192;

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
  readonly #volume: Buffer;
  readonly #secret: Buffer;
  /** Handles that were found genuine, the last ones. Only saves time: checking is a pure function. */
  #remembered = new Map<string, HandleTarget>();
  #before = new Map<string, HandleTarget>();

  constructor(areaId: Uint8Array, identity: VolumeIdentity) {
    assert(areaId.length >= volumeBytes);
    this.#volume = Buffer.from(areaId.subarray(0, volumeBytes));
    this.#secret = identity.handleSecret;
  }

  make({ ino, exportRoot }: HandleTarget): Buffer {
    const handle = Buffer.allocUnsafe(handleBytes);
    this.#volume.copy(handle, 0);
    handle.writeBigUInt64BE(BigInt(ino), 8);
    handle.writeBigUInt64BE(BigInt(exportRoot), 16);
    this.#mac(handle).copy(handle, macOffset);
    return handle;
  }

  /** Undefined for what this volume never gave: another volume's handle, a forged or a damaged one. */
  parse(handle: Buffer): HandleTarget | undefined {
    const text = handle.toString('latin1');
    const remembered = this.#remembered.get(text) ?? this.#before.get(text);
    if (remembered !== undefined) return remembered;
    if (handle.length !== handleBytes || !handle.subarray(0, volumeBytes).equals(this.#volume)) {
      return undefined;
    }
    if (!timingSafeEqual(handle.subarray(macOffset), this.#mac(handle))) return undefined;
    const target = {
      ino: Number(handle.readBigUInt64BE(8)),
      exportRoot: Number(handle.readBigUInt64BE(16)),
    };
    this.#remember(text, target);
    return target;
  }

  #mac(handle: Buffer): Buffer {
    return createHmac('sha256', this.#secret)
      .update(handle.subarray(0, macOffset))
      .digest()
      .subarray(0, macBytes);
  }

  #remember(text: string, target: HandleTarget): void {
    if (this.#remembered.size >= rememberedMax) {
      this.#before = this.#remembered;
      this.#remembered = new Map();
    }
    this.#remembered.set(text, target);
  }
}
