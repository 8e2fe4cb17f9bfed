/**
 * The stable area of one volume: durable records shared by a process pair, of which one process at a time is the
 * holder. This is the whole interface that the layers above use; LevelDB on a local file system and plain memory
 * implement it, and one compliance suite (stable-area/compliance/) holds both to it.
 */

import type { ReadUse } from '../environment/folder.ts';

/** A record's key as a byte string: one character per byte (code 0 to 255), compared byte by byte. At most 1,024 bytes. */
export type Key = string;

/** One change of a batch. `value: undefined` deletes the record; deleting a missing record is no error. */
export interface Change {
  readonly key: Key;
  readonly value: Uint8Array | undefined;
}

export interface StoredRecord {
  readonly key: Key;
  readonly value: Uint8Array;
}

/** Keys from `from` (inclusive) to `to` (exclusive), at most `limit` records, descending when `reverse`. */
export interface KeyRange {
  readonly from: Key;
  readonly to: Key;
  readonly limit: number;
  readonly reverse?: boolean;
}

/** Who claims; written into the claim's file so that backups find the holder. */
export interface Claimant {
  /** The operator's name of the process, e.g. `a`. */
  readonly node: string;
  /** Unique for each start of a process. */
  readonly process: string;
  /** host:port of the process's pair port (see pa/server/pair), where backups ask whether it is alive. */
  readonly pairAddress: string;
  /** Identity of the operating system's process on its host, so that a new holder can end a hung one. */
  readonly pid: number;
  readonly startTime: string;
  readonly namespace: string;
}

/** What `claims/<epoch>` says. */
export interface Claim extends Claimant {
  readonly epoch: number;
  /** Identity of the area, given when it was made: 16 bytes. The same for every epoch. */
  readonly areaId: Uint8Array;
  /** 8 random bytes, new for each claim (NFSv3's write verifier, RFC 1813 §4.8). */
  readonly writeVerifier: Uint8Array;
}

export type ClaimOutcome =
  | { readonly kind: 'held'; readonly holder: Holder }
  /** Somebody else linked the number that we tried, or a higher claim came while ours was being made ready. */
  | { readonly kind: 'lost'; readonly highest: number };

export type Confirmation = 'held' | 'fenced';

/** Why a holder stopped being one. Final: the object answers nothing any more; claim again for a new one. */
export type HolderLoss =
  /** A higher claim exists, or our own claim's file is not the one that we made. */
  | { readonly kind: 'fenced' }
  /** An append or a sync failed: what the engine would say from now on cannot be trusted. */
  | { readonly kind: 'failed'; readonly cause: Error }
  | { readonly kind: 'closed' };

export interface StableArea {
  /** The claim with the highest number, or undefined in an area that nobody ever claimed. `visible`: its epoch's directory is in place. */
  highestClaim(): Promise<{ readonly claim: Claim; readonly visible: boolean } | undefined>;
  /**
   * Makes the caller the holder under the next epoch number, as DESIGN "Claim" says: proves that it can write, links
   * the claim, builds its own directory from the highest visible one, makes everything durable, opens it.
   * Rejects with a StableAreaError; a claim that was linked before the rejection stays, and fences its predecessor.
   * `expected`: when given, gives up as `lost` at once if the highest claim is not this one (0: no claim yet).
   * `proved` is called when it is proved that the caller can write, just before the claim is linked.
   * `claimed` is called when the claim is linked and durable: whoever held the area before is fenced. The claim can still be
   * lost, or its epoch fail to open.
   * `progress` is told each part as it ends, for the measurement of takeovers.
   */
  claim(claimant: Claimant, options?: ClaimOptions): Promise<ClaimOutcome>;
  /** Proves that this process can write and sync in the area now; resolves with how long that took, in ms. */
  probe(): Promise<number>;
  /**
   * Does what a claim does after its link, over a copy that is thrown away: copies the highest visible epoch, opens it, and
   * lends it until `use` has settled. It fences nobody, and nothing of it is ever seen by anybody else. Rejects as `claim`
   * would, and with what `use` rejects with. Does nothing where a claim would copy nothing.
   */
  rehearse(use: (holder: Holder) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface ClaimOptions {
  readonly expected?: number;
  readonly proved?: () => void;
  readonly claimed?: (claim: Claim) => void;
  readonly progress?: (part: 'probe' | 'claim' | 'copy' | 'open', elapsedMs: number) => void;
}

export interface Holder {
  readonly claim: Claim;
  /** Records that are durable, in the order of `keys`; undefined where there is none. Changes committed but not yet durable are not seen. */
  getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]>;
  /**
   * The same in the calling turn, for records that hold their value themselves. Undefined where it would take long, or where
   * something is wrong: `getMany` knows.
   */
  lookNow?(keys: readonly Key[]): readonly (Uint8Array | undefined)[] | undefined;
  /**
   * The same in the calling turn, for values of the value log that were written or read lately; undefined where that cannot be
   * said of all of them: `getMany` knows. 'lent': the bytes go into one reply and nowhere else (`ReadFile.readNow`).
   */
  getNow?(keys: readonly Key[], use: ReadUse): readonly Uint8Array[] | undefined;
  /** A consistent picture of what is durable now. */
  range(range: KeyRange): Promise<StoredRecord[]>;
  /**
   * Takes the changes (all or nothing, in the order of the calls) and returns the number of the batch that they went
   * into: numbers ascend, several calls may share one. They are durable when `durableBatch` has reached it. The
   * arrays and values belong to the holder from here on. After the loss it returns a number that never becomes durable.
   */
  commit(changes: readonly Change[]): number;
  /** Every batch up to this number is synced. */
  readonly durableBatch: number;
  /** The number of the newest batch that `commit` returned; 0 before the first. */
  readonly lastBatch: number;
  /** Called each time `durableBatch` has risen, in the turn in which the sync's completion was seen. Set by one owner. */
  onDurable: ((durableBatch: number) => void) | undefined;
  /**
   * One check that starts now: 'held' if the next claim is absent and the own one is in place (DESIGN "confirm").
   * Covers only what was synced, and looked at, before the call. Anything that cannot be told is 'fenced'. Never rejects.
   * After 'fenced' the holder is lost.
   */
  confirm(): Promise<Confirmation>;
  /** Undefined while the holder is one. */
  readonly loss: HolderLoss | undefined;
  /** Called once, at the loss. Set by one owner. */
  onLoss: ((loss: HolderLoss) => void) | undefined;
  /** False when free space is below the reserve: only calls that free space may be admitted. */
  readonly admitsGrowth: boolean;
  /** Space of the disk below the area, in bytes, at most a few seconds old. */
  readonly space: {
    readonly totalBytes: number;
    readonly freeBytes: number;
    readonly availableBytes: number;
  };
  /** Counts since this holder began, and what the next takeover will have to do. */
  statistics(): HolderStatistics;
  /** Age in ms of the oldest commit that is not durable yet; 0 when there is none. */
  oldestCommitAgeMs(): number;
  /** Makes the next claim as quick as it can be made. The holder goes on as one. */
  prepareHandOver(): Promise<void>;
  /** Syncs what was committed and closes. Does not give the claim back: claims are never deleted. */
  close(): Promise<void>;
}

export interface HolderStatistics {
  readonly commits: number;
  /** Synced writes: commits / batches is how far group commit joins. */
  readonly batches: number;
  readonly changes: number;
  /** Bytes of keys and values. */
  readonly bytes: number;
  /** Confirmations asked for. */
  readonly confirmations: number;
  /** Bytes that a takeover would copy and replay now, at most a few seconds old. */
  readonly takeoverBytes: number;
}

/** Closed set of codes of a {@link StableAreaError}. */
export type StableAreaErrorCode =
  /** The data was written by a newer format, or a record's version is unknown: refused, nothing touched. */
  | 'STABLE_AREA_FORMAT'
  /** A checksum or the ring of batch numbers does not fit: the copy lost something. Refused. */
  | 'STABLE_AREA_CORRUPT'
  /** No space (or no permission) for what a takeover needs. */
  | 'STABLE_AREA_NO_SPACE'
  /** The folder is not usable: missing permission, not a folder, not ours. */
  | 'STABLE_AREA_UNUSABLE'
  /** The holder is lost: see `loss`. */
  | 'STABLE_AREA_LOST'
  | 'STABLE_AREA_IO';

/** An environment failure of a stable area. */
export class StableAreaError extends Error {
  readonly code: StableAreaErrorCode;
  constructor(code: StableAreaErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StableAreaError';
    this.code = code;
  }
}
