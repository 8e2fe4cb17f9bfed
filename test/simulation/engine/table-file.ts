import { crc32 } from '../../../stable-area/checksum.ts';
import type { Change } from '../../../stable-area/stable-area.ts';

/*
 * What a table and the body of a log record hold here: changes one after the other (length of the key, length of the value or
 * `deleted`, key, value). A table ends with the CRC-32 of all before it. Only the log and the MANIFEST have to be LevelDB's: the
 * copy reads those, and links tables without a look.
 */

const headerBytes = 6;
const deleted = 0xffff_ffff;
const checksumBytes = 4;

export function encodeChanges(changes: readonly Change[]): Buffer {
  let lengthBytes = 0;
  for (const { key, value } of changes) {
    lengthBytes += headerBytes + key.length + (value?.length ?? 0);
  }
  const bytes = Buffer.allocUnsafe(lengthBytes);
  let at = 0;
  for (const { key, value } of changes) {
    bytes.writeUInt16LE(key.length, at);
    bytes.writeUInt32LE(value?.length ?? deleted, at + 2);
    at += headerBytes;
    at += bytes.write(key, at, 'latin1');
    if (value !== undefined) bytes.set(value, at);
    at += value?.length ?? 0;
  }
  return bytes;
}

export function decodeChanges(bytes: Buffer): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < bytes.length; ) {
    const keyEnd = at + headerBytes + bytes.readUInt16LE(at);
    const valueBytes = bytes.readUInt32LE(at + 2);
    const key = bytes.toString('latin1', at + headerBytes, keyEnd);
    at = valueBytes === deleted ? keyEnd : keyEnd + valueBytes;
    changes.push({ key, value: valueBytes === deleted ? undefined : bytes.subarray(keyEnd, at) });
  }
  return changes;
}

export function encodeTable(changes: readonly Change[]): Buffer {
  const body = encodeChanges(changes);
  const checksum = Buffer.allocUnsafe(checksumBytes);
  checksum.writeUInt32LE(crc32(body));
  return Buffer.concat([body, checksum]);
}

/** Undefined where the table is damaged. */
export function decodeTable(bytes: Buffer): Change[] | undefined {
  if (bytes.length < checksumBytes) return undefined;
  const body = bytes.subarray(0, bytes.length - checksumBytes);
  return crc32(body) === bytes.readUInt32LE(body.length) ? decodeChanges(body) : undefined;
}
