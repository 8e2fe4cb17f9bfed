/**
 * Durable records shared by a process pair, of which one process at a time is the holder: claims, fencing, group
 * commit. Start with {@link openMemoryArea} or the area on a folder, claim it, and use the {@link Holder}.
 */
export { stableAreaCompliance } from './compliance/compliance.ts';
export type { ComplianceWorld, ComplianceWorldMaker } from './compliance/world.ts';
export { type FolderAreaOptions, openFolderArea } from './folder-area/folder-area.ts';
export { defaultFolderAreaLimits, type FolderAreaLimits } from './folder-area/limits.ts';
export type {
  KeyValueEngine,
  KeyValueEngineFactory,
  KeyValueEngineOptions,
} from './key-value-engine.ts';
export { paPrefix, servicePrefix } from './keys.ts';
export {
  createLevelEngineFactory,
  type LevelEngineSettings,
} from './leveldb/level-engine-adapter.ts';
export { type BatchLimits, defaultBatchLimits, keyBytesMax, valueBytesMax } from './limits.ts';
export {
  type MemoryArea,
  type MemoryAreaEnvironment,
  openMemoryArea,
} from './memory/memory-area.ts';
export { createMemoryDisk, type MemoryDisk, type MemoryDiskOptions } from './memory/memory-disk.ts';
export {
  type Change,
  type Claim,
  type Claimant,
  type ClaimOptions,
  type ClaimOutcome,
  type Confirmation,
  type Holder,
  type HolderLoss,
  type HolderStatistics,
  type Key,
  type KeyRange,
  type StableArea,
  StableAreaError,
  type StableAreaErrorCode,
  type StoredRecord,
} from './stable-area.ts';
