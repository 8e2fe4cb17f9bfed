import { strict as assert } from 'node:assert';
import type { Table } from '../../stable-area/records/record-store.ts';
import { mountCountPrefix, mountPrefix } from '../file-system/records/keys.ts';
import { RecordReader, RecordWriter } from '../file-system/records/record-format.ts';

/** Mounts that are listed. The list is advisory (RFC 1094 §A.1): beyond it clients mount all the same. */
export const mountsMax = 1_000;
/** Of them one host's. */
export const mountsPerHostMax = 64;

/** What one host has mounted; its key is the host's address. */
export interface HostMounts {
  /** Byte strings, as the client gave them. */
  readonly paths: readonly string[];
}

/** How many mounts there are, so that no call has to count. */
export interface MountCount {
  readonly mounts: number;
}

const version = 1;

/** version (1)  count (2), then for each: length (2)  path */
export const hostMounts: Table<HostMounts> = {
  prefix: mountPrefix,
  encode({ paths }) {
    checkPaths(paths);
    const bytes = paths.reduce((sum, path) => sum + 2 + path.length, 2);
    const writer = new RecordWriter(version, bytes).uint16(paths.length);
    for (const path of paths) writer.uint16(path.length).byteString(path);
    return writer.finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'the mounts of a host');
    const paths: string[] = [];
    for (let left = reader.uint16(); left > 0; left -= 1) {
      paths.push(reader.bytes(reader.uint16()).toString('latin1'));
    }
    reader.finish();
    checkPaths(paths);
    return { paths };
  },
};

/** version (1)  mounts (4) */
export const mountCounts: Table<MountCount> = {
  prefix: mountCountPrefix,
  encode({ mounts }) {
    assert(mounts >= 0 && mounts <= mountsMax);
    return new RecordWriter(version, 4).uint32(mounts).finish();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes, version, 'the number of mounts');
    const count = { mounts: reader.uint32() };
    reader.finish();
    return count;
  },
};

function checkPaths(paths: readonly string[]): void {
  assert(paths.length > 0 && paths.length <= mountsPerHostMax);
}
