import type { Call } from '../call.ts';
import { transferBytesMax } from '../file-system/limits.ts';

/** What everything read or listed in one datagram fits into, with room for the rest of the reply. As Linux's server. */
const datagramTransferBytesMax = 32 * 1024;
/** Most bytes of a READDIR's or READDIRPLUS's reply, whatever is asked for: some 400 entries with all attributes. */
const listingBytesMax = 64 * 1024;

/** Most bytes of one READ and WRITE (RFC 1813 §3.3.19 rtmax, wtmax). A datagram bounds what one of them can carry. */
export function transferBytesOf({ service }: Call): number {
  return service.caller.transport === 'udp' ? datagramTransferBytesMax : transferBytesMax;
}

/** Most bytes of one listing (§3.3.19 dtpref). */
export function listingBytesOf(call: Call): number {
  return Math.min(listingBytesMax, transferBytesOf(call));
}
