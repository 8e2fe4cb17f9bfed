import { strict as assert } from 'node:assert';
import type { Table } from '../../../stable-area/records/record-store.ts';
import { identityPrefix, statePrefix } from './keys.ts';
import { RecordReader, RecordWriter } from './record-format.ts';

/** What a volume is for ever. Apart from its state, so that a GETATTR depends on nothing that is written all the time. */
export interface VolumeIdentity {
  /** Key of the MAC in file handles. */
  readonly handleSecret: Buffer;
}

/** How much a volume may hold. */
export interface Quota {
  readonly bytes: number | undefined;
  readonly inodes: number | undefined;
}

/** What changes with nearly every call. */
export interface VolumeState {
  readonly nextIno: number;
  /** Of index nodes and extent maps. Apart from inode numbers, of which version 2 can show only 2^32. */
  readonly nextContentId: number;
  readonly usedBytes: number;
  readonly usedInodes: number;
  readonly quota: Quota;
  /** The last stamp given, in microseconds: the clock never goes back, whatever host serves. */
  readonly clockMicroseconds: number;
  /** Sequence numbers of the free queue: the oldest record, and the next one. */
  readonly freeHead: number;
  readonly freeTail: number;
}

export const handleSecretBytes = 32;

const version = 1;
/** Stands for "no limit". */
const unlimited = Number.MAX_SAFE_INTEGER;

/** version (1)  secret (32) */
export const identities: Table<VolumeIdentity> = {
  prefix: identityPrefix,
  encode({ handleSecret }) {
    assert(handleSecret.length === handleSecretBytes);
    return new RecordWriter(version, handleSecretBytes).bytes(handleSecret).finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, "the volume's identity");
    const identity = { handleSecret: reader.bytes(handleSecretBytes) };
    reader.finish();
    return identity;
  },
};

/** version (1), then nine numbers (8 each) in the order below. */
export const states: Table<VolumeState> = {
  prefix: statePrefix,
  encode(state) {
    checkState(state);
    return new RecordWriter(version, 72)
      .uint64(state.nextIno)
      .uint64(state.nextContentId)
      .uint64(state.usedBytes)
      .uint64(state.usedInodes)
      .uint64(state.quota.bytes ?? unlimited)
      .uint64(state.quota.inodes ?? unlimited)
      .uint64(state.clockMicroseconds)
      .uint64(state.freeHead)
      .uint64(state.freeTail)
      .finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, "the volume's state");
    const state: VolumeState = {
      nextIno: reader.uint64(),
      nextContentId: reader.uint64(),
      usedBytes: reader.uint64(),
      usedInodes: reader.uint64(),
      quota: { bytes: limit(reader.uint64()), inodes: limit(reader.uint64()) },
      clockMicroseconds: reader.uint64(),
      freeHead: reader.uint64(),
      freeTail: reader.uint64(),
    };
    reader.finish();
    checkState(state);
    return state;
  },
};

function limit(stored: number): number | undefined {
  return stored === unlimited ? undefined : stored;
}

function checkState(state: VolumeState): void {
  assert(state.nextIno > 0 && state.nextContentId > 0);
  assert(state.usedBytes >= 0 && state.usedInodes >= 0, 'what is used is not less than nothing');
  assert(state.freeHead <= state.freeTail, 'the free queue has its head before its tail');
}
