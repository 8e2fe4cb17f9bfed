import {
  type Entryplus3,
  Nfsstat3,
  type READDIRPLUS3args,
  type READDIRPLUS3res,
} from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { handleBytes } from '../../file-system/file-handle.ts';
import type { NamedEntry } from '../../file-system/operations/read-directory.ts';
import { mayAccess } from '../../file-system/permissions.ts';
import { getInode, inodes } from '../../file-system/records/inode-records.ts';
import { numberKey } from '../../file-system/records/keys.ts';
import { attributesNow, noAttributes, postOpAttributes } from '../fattr.ts';
import { postOpHandle } from '../file-handle.ts';
import { cookieVerifier, type Listing, listDirectory } from '../listing.ts';
import { failed } from '../status.ts';

/** Attributes and handle of an entry, each after a word that says whether it is there. */
const attachedBytes = 4 + 84 + 4 + 4 + handleBytes;

/** RFC 1813 §3.3.17. */
export function readdirplus(args: READDIRPLUS3args, call: Call): READDIRPLUS3res {
  const { dir, cookie, dircount, maxcount } = args;
  const bounds = { replyBytesMax: maxcount, nameBytesMax: dircount, attachedBytes };
  const { target, listing } = listDirectory(call, { dir, cookie, ...bounds });
  if (listing.status !== 'ok') {
    return failed(listing, { dirAttributes: attributesNow(call, target) });
  }
  const { inode, eof } = listing;
  const dirAttributes = postOpAttributes(call, inode);
  const reply = { entries: entriesOf(call, listing), eof };
  return { status: Nfsstat3.NFS3_OK, resok: { dirAttributes, cookieverf: cookieVerifier, reply } };
}

/**
 * The names are a picture of when they were asked for, the attributes are of now: what was removed in between has no
 * attributes, and its name is still as right as any that a client reads and uses later. Whoever may read a directory
 * but not search it gets names alone: attributes and handles are what LOOKUP would refuse.
 */
function entriesOf(call: Call, { inode: directory, entries, near }: Listing): Entryplus3[] {
  const { transaction, principal } = call.operation;
  const maySearch = mayAccess(directory, principal, 'execute');
  const isShown = ({ name }: NamedEntry) => maySearch || name === '.';
  const shown = entries.filter(isShown);
  transaction.prefetch(shown.map(({ ino }) => ({ table: inodes, key: numberKey(ino) })));
  return entries.map((entry) => {
    const { ino, name, cookie } = entry;
    const inode = isShown(entry) ? getInode(transaction, ino) : undefined;
    const fields = { fileid: BigInt(ino), name, cookie: BigInt(cookie) };
    return inode === undefined
      ? { ...fields, nameAttributes: noAttributes, nameHandle: { handleFollows: false } }
      : {
          ...fields,
          nameAttributes: postOpAttributes(call, inode),
          nameHandle: postOpHandle(call, inode, near),
        };
  });
}
