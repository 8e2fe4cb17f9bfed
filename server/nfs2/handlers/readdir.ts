import {
  type Entry,
  NfsStat,
  type Readdirargs,
  type Readdirres,
} from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { readDirectory } from '../../file-system/operations/read-directory.ts';
import type { NamedEntry } from '../../file-system/records/entry-records.ts';
import { type Failure, failure } from '../../file-system/status.ts';
import { openHandle, refusedInode } from '../file-handle.ts';
import { readdirBytesMax, readdirEntryFixedBytes, readdirFixedBytes, wordMax } from '../limits.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.17. */
export function readdir({ dir, cookie, count }: Readdirargs, call: Call): Readdirres {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target);
  const room = Math.min(count, readdirBytesMax) - readdirFixedBytes;
  const outcome = readDirectory(call.operation, {
    directory: target.ino,
    exportRoot: target.exportRoot,
    after: cookie.readUInt32BE(0),
    entriesMax: Math.ceil(room / smallestEntryBytes),
  });
  if (outcome.status !== 'ok') return failed(outcome);
  const fitting = entriesWithin(outcome.entries, room);
  const beyond = fitting.findIndex(({ cookie: own, ino }) => own > wordMax || ino > wordMax);
  const [first] = fitting;
  if (beyond === 0 && first !== undefined) return failed(refusedEntry(call, first));
  // What comes before an entry that cannot be told is told first.
  const entries = (beyond < 0 ? fitting : fitting.slice(0, beyond)).map(entryOf);
  const eof = outcome.eof && entries.length === outcome.entries.length;
  return { status: NfsStat.NFS_OK, readdirok: { entries, eof } };
}

/** An entry whose name takes one word. */
const smallestEntryBytes = readdirEntryFixedBytes + 4;

/** As many as fit; one in any case, or a client with a small buffer would ask for the same again and again. */
function entriesWithin(entries: readonly NamedEntry[], room: number): readonly NamedEntry[] {
  let left = room;
  const end = entries.findIndex(({ name }) => {
    left -= readdirEntryFixedBytes + Math.ceil(name.length / 4) * 4;
    return left < 0;
  });
  return end < 0 ? entries : entries.slice(0, Math.max(end, 1));
}

function entryOf({ name, ino, cookie }: NamedEntry): Entry {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(cookie);
  return { fileid: ino, name, cookie: bytes };
}

function refusedEntry(call: Call, { ino }: NamedEntry): Failure {
  const refused = refusedInode(call, ino);
  if (refused !== undefined) return refused;
  call.settings.warn(
    'NFS version 2 cannot show a directory in which over 2^32 names were made: use version 3',
  );
  return failure('FBIG');
}
