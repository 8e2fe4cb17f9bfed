import type { Cookie3, Cookieverf3, NfsFh3 } from '../../protocol/generated/nfs3.ts';
import type { Call } from '../call.ts';
import type { HandleTarget } from '../file-system/file-handle.ts';
import { readDirectory } from '../file-system/operations/read-directory.ts';
import type { NamedEntry } from '../file-system/records/entry-records.ts';
import type { DirectoryInode } from '../file-system/records/inode.ts';
import { type OpenedHandle, openHandle } from './file-handle.ts';
import { listingBytesOf } from './limits.ts';
import { numberOf } from './numbers.ts';
import type { Nfs3Failure } from './status.ts';

/**
 * RFC 1813 §3.3.16: "Servers in which directory cookies are always valid are free to use zero as the verifier always."
 * They are here: a cookie is a place in the order in which names were made, whether that name is still there or not.
 */
export const cookieVerifier: Cookieverf3 = Buffer.alloc(8);

/** Of both replies: status, attributes of the directory, verifier, the end of the list and eof. */
const fixedBytes = 4 + 4 + 84 + 8 + 4 + 4;
/** Of an entry: that there is one, fileid, length of the name, cookie. */
const entryFixedBytes = 4 + 8 + 4 + 8;

export interface ListingArguments {
  readonly dir: NfsFh3;
  readonly cookie: Cookie3;
  /** Most bytes of the reply. */
  readonly replyBytesMax: number;
  /** Most bytes of names, fileids and cookies (READDIRPLUS `dircount`): a wish, one entry is given in any case. */
  readonly nameBytesMax: number;
  /** What an entry has beside its name, fileid and cookie. */
  readonly attachedBytes: number;
}

export interface Listing {
  readonly status: 'ok';
  readonly inode: DirectoryInode;
  readonly near: HandleTarget;
  readonly entries: readonly NamedEntry[];
  readonly eof: boolean;
  /** Of the encoded result, at most. */
  readonly resultBytes: number;
}

/** What READDIR and READDIRPLUS have in common. `target` is what the handle leads to. */
export function listDirectory(
  call: Call,
  asked: ListingArguments,
): { readonly target: OpenedHandle; readonly listing: Nfs3Failure | Listing } {
  const target = openHandle(call, asked.dir);
  if (target.status !== 'ok') return { target, listing: target };
  const room = Math.min(asked.replyBytesMax, listingBytesOf(call)) - fixedBytes;
  const smallestEntryBytes = entryFixedBytes + 4 + asked.attachedBytes;
  const outcome = readDirectory(call.operation, {
    directory: target.ino,
    exportRoot: target.exportRoot,
    after: numberOf(asked.cookie),
    entriesMax: Math.max(1, Math.ceil(room / smallestEntryBytes)),
  });
  if (outcome.status !== 'ok') return { target, listing: outcome };
  const { entries, bytes } = entriesWithin(outcome.entries, asked, room);
  if (entries.length === 0 && outcome.entries.length > 0) {
    return { target, listing: { status: 'TOOSMALL' } };
  }
  const eof = outcome.eof && entries.length === outcome.entries.length;
  const resultBytes = fixedBytes + bytes;
  const { inode } = outcome;
  return { target, listing: { status: 'ok', inode, near: target, entries, eof, resultBytes } };
}

function entriesWithin(
  entries: readonly NamedEntry[],
  { nameBytesMax, attachedBytes }: ListingArguments,
  room: number,
): { readonly entries: readonly NamedEntry[]; readonly bytes: number } {
  let bytes = 0;
  let nameBytes = 0;
  for (const [index, { name }] of entries.entries()) {
    const ownBytes = entryFixedBytes + Math.ceil(name.length / 4) * 4;
    nameBytes += ownBytes;
    if (bytes + ownBytes + attachedBytes > room || (nameBytes > nameBytesMax && index > 0)) {
      return { entries: entries.slice(0, index), bytes };
    }
    bytes += ownBytes + attachedBytes;
  }
  return { entries, bytes };
}
