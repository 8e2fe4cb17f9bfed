import { Nfsstat3, type READDIR3args, type READDIR3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { cookieVerifier, listDirectory } from '../listing.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.16. */
export function readdir({ dir, cookie, count }: READDIR3args, call: Call): READDIR3res {
  const bounds = { replyBytesMax: count, nameBytesMax: Infinity, attachedBytes: 0 };
  const { target, listing } = listDirectory(call, { dir, cookie, ...bounds });
  if (listing.status !== 'ok') {
    return failed(listing, { dirAttributes: attributesNow(call, target) });
  }
  const { inode, eof } = listing;
  const entries = listing.entries.map(({ ino, name, cookie: own }) => ({
    fileid: BigInt(ino),
    name,
    cookie: BigInt(own),
  }));
  const dirAttributes = postOpAttributes(call, inode);
  const resok = { dirAttributes, cookieverf: cookieVerifier, reply: { entries, eof } };
  return { status: Nfsstat3.NFS3_OK, resok };
}
