/**
 * What fits one datagram: a message over UDP is a whole datagram (RFC 5531 §11 has record marks for streams only). An
 * IPv4 packet of 65,535 bytes without the headers of IP (20) and UDP (8); IPv6 could carry 20 more, which nobody needs.
 */
export const datagramBytesMax = 65_507;

const xidBytes = 4;

/** Bytes of the message on the wire; `buffers` is everything after the xid. */
export function messageBytes(buffers: readonly Buffer[]): number {
  let lengthBytes = xidBytes;
  for (const buffer of buffers) lengthBytes += buffer.length;
  return lengthBytes;
}

/** The message, as a list for one gathered send. */
export function datagramOf(xid: number, buffers: readonly Buffer[]): Buffer[] {
  const head = Buffer.allocUnsafe(xidBytes);
  head.writeUInt32BE(xid);
  return [head, ...buffers];
}
