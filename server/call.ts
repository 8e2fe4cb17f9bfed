import { strict as assert } from 'node:assert';
import type { ServiceContext } from '../pa/server/service.ts';
import type { OperationContext } from './file-system/context.ts';
import { FileHandles, type HandleTarget } from './file-system/file-handle.ts';
import { principalOf } from './file-system/principal.ts';
import { onlyKey } from './file-system/records/keys.ts';
import { identities, type VolumeIdentity } from './file-system/records/volume-records.ts';
import { failure, type Outcome } from './file-system/status.ts';

/** What the operator chose for a volume. */
export interface VolumeSettings {
  /** What a call beyond the quota is told. */
  readonly quotaStatus: OperationContext['quotaStatus'];
  /** Hears why something is refused that a client cannot be told in full. */
  readonly warn: (reason: string) => void;
}

/** One call of NFS or MOUNT, made ready for the file system: what the protocol layers share. */
export interface Call {
  readonly operation: OperationContext;
  readonly handles: FileHandles;
  readonly service: ServiceContext;
  readonly settings: VolumeSettings;
}

/** File handles are made and checked with what the identity says; the record store keeps one object of it. */
const handlesOf = new WeakMap<VolumeIdentity, FileHandles>();

export function openCall(service: ServiceContext, settings: VolumeSettings): Call {
  const { transaction, caller, nowMicroseconds, volume } = service;
  const identity = transaction.get(identities, onlyKey);
  assert(identity !== undefined, 'a volume is initialised before its first call');
  let handles = handlesOf.get(identity);
  if (handles === undefined) {
    handles = new FileHandles(volume.areaId, identity);
    handlesOf.set(identity, handles);
  }
  return {
    operation: {
      transaction,
      principal: principalOf(caller.credential),
      nowMicroseconds,
      admitsGrowth: volume.admitsGrowth,
      quotaStatus: settings.quotaStatus,
    },
    handles,
    service,
    settings,
  };
}

/**
 * What a handle names, in every version of NFS. Anything that this volume did not give is stale. A procedure asks this
 * before it does anything in its caller's name.
 */
export function parseHandle(call: Call, handle: Buffer): Outcome<HandleTarget> {
  const target = call.handles.parse(handle);
  return target === undefined ? failure('STALE') : { status: 'ok', ...target };
}
