import { type OperationContext, openDirectory } from '../context.ts';
import { mayAccess } from '../permissions.ts';
import { cookieEntries, type NamedEntry } from '../records/entry-records.ts';
import { type DirectoryInode, firstCookie } from '../records/inode.ts';
import { cookieRange } from '../records/keys.ts';
import { failure, type Outcome } from '../status.ts';
import { parentWithin } from './ancestors.ts';

const selfCookie = 1;
const parentCookie = 2;

/**
 * RFC 1094 §2.2.17: entries in the order of their cookies, from the first with a larger one than `after`. A name keeps
 * its cookie for as long as it is there and no cookie is used again, so that reading on never skips or repeats a name
 * that was there throughout, whatever else came and went, and whoever serves meanwhile. Any number is a good `after`.
 */
export function readDirectory(
  context: OperationContext,
  asked: {
    readonly directory: number;
    readonly exportRoot: number;
    readonly after: number;
    /** The dots included. */
    readonly entriesMax: number;
  },
): Outcome<{ inode: DirectoryInode; entries: readonly NamedEntry[]; eof: boolean }> {
  const { after, entriesMax } = asked;
  const opened = openDirectory(context, asked.directory);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened;
  if (!mayAccess(inode, context.principal, 'read')) return failure('ACCES');
  const dots = dotsAfter(context, inode, asked);
  const limit = Math.max(1, entriesMax - dots.length);
  if (inode.entryCount === 0) return { status: 'ok', inode, entries: dots, eof: true };
  // Version 3 has cookies of 64 bits, and a client may send any.
  const from = Math.min(Math.max(after, firstCookie - 1), inode.nextCookie);
  const records = context.transaction.range(cookieEntries, {
    ...cookieRange(inode.ino, from),
    limit,
  });
  const entries = dots;
  for (const { value } of records) entries.push(value);
  return { status: 'ok', inode, entries, eof: records.length < limit };
}

/** A directory that was moved out of what was mounted has no parent that may be told: a reader sees it as a root. */
function dotsAfter(
  context: OperationContext,
  inode: DirectoryInode,
  { exportRoot, after }: { readonly exportRoot: number; readonly after: number },
): NamedEntry[] {
  if (after >= parentCookie) return [];
  const parent = parentWithin(context, inode, exportRoot) ?? inode.ino;
  const dots = [
    { name: '.', ino: inode.ino, cookie: selfCookie },
    { name: '..', ino: parent, cookie: parentCookie },
  ];
  return dots.filter(({ cookie }) => cookie > after);
}
