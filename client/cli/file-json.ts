import type { Stats } from '../stats.ts';
import { octalMode, typeName } from './text/mode.ts';

/** A file as `--json` gives it: sizes in bytes, times in ISO 8601, the mode in octal. */
export function fileJson(path: string, name: Buffer, stats: Stats): Record<string, unknown> {
  return {
    path,
    name: name.toString('utf8'),
    type: typeName(stats),
    mode: octalMode(stats.mode),
    links: stats.nlink,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.size,
    usedBytes: stats.blocks * 512,
    inode: stats.ino,
    accessed: stats.atime.toISOString(),
    modified: stats.mtime.toISOString(),
    changed: stats.ctime.toISOString(),
  };
}
