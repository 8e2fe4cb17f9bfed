import type { ClusterSecret } from '../../secret.ts';

/** What a question and its answer on the pair's connection are signed over: everything but the MAC itself. */
export type Covered = readonly (string | number | bigint | Uint8Array)[];

/** Empty where the cluster has no secret. */
export function pairMac(secret: ClusterSecret | undefined, covered: Covered): Buffer {
  return secret === undefined ? Buffer.alloc(0) : secret.mac('pair', coveredParts(covered));
}

export function isPairMac(
  secret: ClusterSecret | undefined,
  covered: Covered,
  mac: Uint8Array,
): boolean {
  return secret === undefined || secret.verify('pair', coveredParts(covered), mac);
}

/** Each part with its length before it, so that no two messages are signed over the same bytes. */
function coveredParts(covered: Covered): Buffer[] {
  return covered.flatMap((part) => {
    const bytes =
      part instanceof Uint8Array ? Buffer.from(part) : Buffer.from(String(part), 'utf8');
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
}
