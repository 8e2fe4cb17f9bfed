import { strict as assert } from 'node:assert';
import type { ServiceContext } from '../pa/server/service.ts';
import type { ExportRule } from './exports/export-rule.ts';
import type { VolumeExports } from './exports/volume-exports.ts';
import type { OperationContext } from './file-system/context.ts';
import { FileHandles, type HandleTarget } from './file-system/file-handle.ts';
import { nobody, principalOf } from './file-system/principal.ts';
import { onlyKey } from './file-system/records/keys.ts';
import { identities, type VolumeIdentity } from './file-system/records/volume-records.ts';
import { type Failure, failure, type Outcome } from './file-system/status.ts';

/** What the operator chose for a volume. */
export interface VolumeSettings {
  /** What a call beyond the quota is told. */
  readonly quotaStatus: OperationContext['quotaStatus'];
  /** Those in force now: another table may be in force for the next call. */
  readonly exports: () => VolumeExports;
  /** Hears why something is refused that a client cannot be told in full. */
  readonly warn: (reason: string) => void;
}

/** File handles are made and checked with what the identity says; the record store keeps one object of it. */
const handlesOf = new WeakMap<VolumeIdentity, FileHandles>();

/** One call of NFS or MOUNT, made ready for the file system: what the protocol layers share. */
export class Call {
  readonly service: ServiceContext;
  readonly settings: VolumeSettings;
  readonly handles: FileHandles;
  readonly exports: VolumeExports;
  readonly #changes: boolean;
  readonly #operation: { -readonly [Field in keyof OperationContext]: OperationContext[Field] };
  #rule: ExportRule | undefined;

  /** `changes`: the procedure may change something. */
  constructor(service: ServiceContext, settings: VolumeSettings, changes: boolean) {
    const { transaction, nowMicroseconds, volume } = service;
    const identity = transaction.get(identities, onlyKey);
    assert(identity !== undefined, 'a volume is initialised before its first call');
    let handles = handlesOf.get(identity);
    if (handles === undefined) {
      handles = new FileHandles(volume.areaId, identity);
      handlesOf.set(identity, handles);
    }
    this.service = service;
    this.settings = settings;
    this.handles = handles;
    this.exports = settings.exports();
    this.#changes = changes;
    this.#operation = {
      transaction,
      principal: nobody,
      nowMicroseconds,
      admitsGrowth: volume.admitsGrowth,
      quotaStatus: settings.quotaStatus,
    };
  }

  /** In the caller's name once a handle was parsed, and before that in nobody's. */
  get operation(): OperationContext {
    return this.#operation;
  }

  /** The export of the handle that was parsed forbids changes. */
  get isReadOnly(): boolean {
    return this.#rule?.isReadOnly === true;
  }

  /** From now on the call is under this rule, unless that forbids it. */
  enter(rule: ExportRule): Failure | undefined {
    // In one name: what the caller may do at the first of two handles says nothing of the second.
    if (this.#rule !== undefined && this.#rule !== rule) return failure('XDEV');
    if (rule.isReadOnly && this.#changes) return failure('ROFS');
    this.#rule = rule;
    this.#operation.principal = principalOf(this.service.caller.credential, rule.squash);
    return undefined;
  }
}

/**
 * What a handle names, in every version of NFS. Anything that this volume did not give is stale. The exports are
 * checked here, and the call is in its caller's name from here on: a procedure asks this before anything else.
 */
export function parseHandle(call: Call, handle: Buffer): Outcome<HandleTarget> {
  const target = call.handles.parse(handle);
  if (target === undefined) return failure('STALE');
  const { transaction, caller } = call.service;
  const found = call.exports.find(transaction, target.exportRoot, caller);
  if (found.status !== 'ok') return found;
  const { ino, exportRoot } = target;
  return call.enter(found.rule) ?? { status: 'ok', ino, exportRoot };
}
