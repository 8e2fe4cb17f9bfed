import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { READDIR3args, READDIR3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { attributesNow } from '../fattr.ts';
import { listDirectory } from '../listing.ts';
import { ListingEncoder } from '../listing-encoder.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.16. */
export function readdir(
  { dir, cookie, count }: READDIR3args,
  call: Call,
): READDIR3res | EncodedResults {
  const bounds = { replyBytesMax: count, nameBytesMax: Infinity, attachedBytes: 0 };
  const { target, listing } = listDirectory(call, { dir, cookie, ...bounds });
  if (listing.status !== 'ok') {
    return failed(listing, { dirAttributes: attributesNow(call, target) });
  }
  const encoder = new ListingEncoder(call, listing);
  for (const entry of listing.entries) encoder.entry(entry);
  return encoder.finish();
}
