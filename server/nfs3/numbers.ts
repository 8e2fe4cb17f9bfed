/**
 * A 64-bit number of the protocol. What is not exact in memory is beyond every offset, size and cookie that there is,
 * so the largest exact number does for it.
 */
export function numberOf(value: bigint): number {
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value);
}
