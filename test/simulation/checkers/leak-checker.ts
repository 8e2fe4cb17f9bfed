import { clientRecords, registeredReplies } from '../../../pa/server/records.ts';
import { auditVolume } from '../../../server/file-system/testing/audit.ts';
import { MemoryRecords } from '../../../server/file-system/testing/memory-records.ts';
import { unseal, unsealLocation } from '../../../stable-area/holder/value-format.ts';
import {
  isValueKey,
  segmentKey,
  segmentKeysEnd,
  servicePrefix,
} from '../../../stable-area/keys.ts';
import { tablePrefix } from '../cluster/table-service.ts';
import type { Key, StoredRecord } from '../../../stable-area/stable-area.ts';
import { decodeLocation } from '../../../stable-area/value-log/location.ts';

const leakPrefixes = [registeredReplies.prefix, clientRecords.prefix];

/**
 * What is left in an area when every client has said goodbye, and the leases of lives that nobody ended are over: no client, no
 * registered reply, and a file system in which every record is reachable and counted. `stored`: as the engine has it.
 */
export function findLeaks(stored: readonly StoredRecord[]): string[] {
  const findings: string[] = [];
  const leaked = (prefix: string): number =>
    stored.filter(({ key }) => key.startsWith(prefix)).length;
  for (const prefix of leakPrefixes) {
    const count = leaked(prefix);
    if (count > 0)
      findings.push(`${count} records ${JSON.stringify(prefix)} are left after all goodbyes`);
  }
  const records = new MemoryRecords();
  for (const { key, value } of stored) {
    if (key.startsWith(servicePrefix) && !key.startsWith(tablePrefix))
      records.stored.set(key, unseal(key, value));
  }
  // Of a value that lies in the value log the audit needs the key alone.
  for (const { key, value } of stored) if (isValueKey(key)) records.stored.set(key, value);
  findings.push(...miscounted(stored));
  try {
    auditVolume(records);
  } catch (error) {
    findings.push(
      `the volume does not pass its audit: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return findings;
}

/** What is in use of each segment is the sum of what lies in it. */
function miscounted(stored: readonly StoredRecord[]): string[] {
  const left = new Map<Key, number>();
  const add = (key: Key, bytes: number): void => {
    left.set(key, (left.get(key) ?? 0) + bytes);
  };
  for (const { key, value } of stored) {
    if (isValueKey(key)) {
      const location = decodeLocation(unsealLocation(key, value));
      add(segmentKey(location), location.length);
    } else if (key >= segmentKey({ epoch: 0, number: 0 }) && key < segmentKeysEnd) {
      add(key, -Buffer.from(unseal(key, value)).readUIntBE(0, 6));
    }
  }
  const wrong = [...left].filter(([, bytes]) => bytes !== 0);
  return wrong.map(([key, bytes]) => `segment ${JSON.stringify(key)} has ${bytes} bytes uncounted`);
}
