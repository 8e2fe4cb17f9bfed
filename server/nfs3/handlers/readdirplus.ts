import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { READDIRPLUS3args, READDIRPLUS3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { handleBytes } from '../../file-system/file-handle.ts';
import { mayAccess } from '../../file-system/permissions.ts';
import { getInode, inodes } from '../../file-system/records/inode-records.ts';
import { numberKey } from '../../file-system/records/keys.ts';
import { attributesNow } from '../fattr.ts';
import { type Listing, listDirectory } from '../listing.ts';
import { ListingEncoder } from '../listing-encoder.ts';
import { failed } from '../status.ts';

/** Attributes and handle of an entry, each after a word that says whether it is there. */
const attachedBytes = 4 + 84 + 4 + 4 + handleBytes;

/** RFC 1813 §3.3.17. */
export function readdirplus(args: READDIRPLUS3args, call: Call): READDIRPLUS3res | EncodedResults {
  const { dir, cookie, dircount, maxcount } = args;
  const bounds = { replyBytesMax: maxcount, nameBytesMax: dircount, attachedBytes };
  const { target, listing } = listDirectory(call, { dir, cookie, ...bounds });
  if (listing.status !== 'ok') {
    return failed(listing, { dirAttributes: attributesNow(call, target) });
  }
  return encoded(call, listing);
}

/**
 * Names and attributes are of one moment. Whoever may read a directory but not search it gets names alone: attributes
 * and handles are what LOOKUP would refuse.
 */
function encoded(call: Call, listing: Listing): EncodedResults {
  const { transaction, principal } = call.operation;
  const { entries } = listing;
  const maySearch = mayAccess(listing.inode, principal, 'execute');
  const shown = maySearch ? entries : entries.filter(({ name }) => name === '.');
  transaction.expect(() => shown.map(({ ino }) => ({ table: inodes, key: numberKey(ino) })));
  const encoder = new ListingEncoder(call, listing);
  for (const entry of entries) {
    encoder.entry(entry);
    const isShown = maySearch || entry.name === '.';
    encoder.attached(isShown ? getInode(transaction, entry.ino) : undefined);
  }
  return encoder.finish();
}
