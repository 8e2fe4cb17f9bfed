import { strict as assert } from 'node:assert';
import { crc32 } from '../checksum.ts';
import { areaIdBytes } from '../holder/area-record.ts';
import { type Claim, StableAreaError } from '../stable-area.ts';

/*
 * A claim's file: one line of JSON, for people, and a line with the CRC-32 of the first line with its line feed.
 */

export const writeVerifierBytes = 8;
const claimVersion = 1;
const checksumPattern = /^crc32 ([0-9a-f]{8})\n$/;

export function encodeClaim(claim: Claim): Buffer {
  assert(claim.areaId.length === areaIdBytes && claim.writeVerifier.length === writeVerifierBytes);
  const { epoch, node, process, pairAddress, pid, startTime, namespace } = claim;
  const line = `${JSON.stringify({
    version: claimVersion,
    epoch,
    node,
    process,
    pairAddress,
    pid,
    startTime,
    namespace,
    areaId: Buffer.from(claim.areaId).toString('hex'),
    writeVerifier: Buffer.from(claim.writeVerifier).toString('hex'),
  })}\n`;
  return Buffer.from(`${line}crc32 ${hexOf(crc32(Buffer.from(line)))}\n`);
}

/** Throws STABLE_AREA_CORRUPT, or STABLE_AREA_FORMAT for what a newer program wrote. */
export function decodeClaim(bytes: Buffer, epoch: number): Claim {
  const end = bytes.indexOf('\n') + 1;
  const checksum = checksumPattern.exec(bytes.toString('latin1', end))?.[1];
  if (checksum !== hexOf(crc32(bytes.subarray(0, end)))) {
    throw new StableAreaError('STABLE_AREA_CORRUPT', `the claim of epoch ${epoch} is damaged`);
  }
  const found = JSON.parse(bytes.toString('utf8', 0, end)) as Record<string, unknown>;
  if (found.version !== claimVersion) {
    throw new StableAreaError(
      'STABLE_AREA_FORMAT',
      `the claim of epoch ${epoch} has the unknown version ${String(found.version)}: use the newer program`,
    );
  }
  // The checksum fits, so this is what encodeClaim wrote.
  assert(found.epoch === epoch, `the claim of epoch ${epoch} says ${String(found.epoch)}`);
  return {
    epoch,
    node: String(found.node),
    process: String(found.process),
    pairAddress: String(found.pairAddress),
    pid: Number(found.pid),
    startTime: String(found.startTime),
    namespace: String(found.namespace),
    areaId: Buffer.from(String(found.areaId), 'hex'),
    writeVerifier: Buffer.from(String(found.writeVerifier), 'hex'),
  };
}

function hexOf(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
