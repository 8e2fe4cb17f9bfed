import { clientRecords, registeredReplies } from '../../../pa/server/records.ts';
import { auditVolume } from '../../../server/file-system/testing/audit.ts';
import { MemoryRecords } from '../../../server/file-system/testing/memory-records.ts';
import { unseal } from '../../../stable-area/holder/value-format.ts';
import { servicePrefix } from '../../../stable-area/keys.ts';
import type { StoredRecord } from '../../../stable-area/stable-area.ts';

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
    if (key.startsWith(servicePrefix)) records.stored.set(key, unseal(key, value));
  }
  try {
    auditVolume(records);
  } catch (error) {
    findings.push(
      `the volume does not pass its audit: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return findings;
}
