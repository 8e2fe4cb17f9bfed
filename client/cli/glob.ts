import type picomatch from 'picomatch';
import type { FugaFs } from '../file-system.ts';
import { type BytePath, joinPath, pathOf } from './byte-path.ts';
import { systemCodeOf } from '../../environment/system-code.ts';

type Picomatch = typeof picomatch;

export function hasGlob(path: string): boolean {
  return /[*?[{]|[!@+]\(/.test(path);
}

/** Whether a name matches a shell pattern; one that starts with a dot only where the pattern does, unless `dot`. */
export async function nameMatcher(
  pattern: string,
  options: { readonly dot?: boolean; readonly nocase?: boolean } = {},
): Promise<(name: string) => boolean> {
  return compile(await loadPicomatch(), pattern, options);
}

/**
 * The paths that match a pattern, sorted. `*`, `?`, `[...]`, `{a,b}` match within a name, `**` any number of
 * directories. A directory that cannot be listed matches nothing, as in a shell.
 */
export async function expandGlob(fs: FugaFs, pattern: string): Promise<BytePath[]> {
  const picomatcher = await loadPicomatch();
  let paths: BytePath[] = [pathOf('/')];
  const parts = splitPattern(pattern);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const found = await Promise.all(paths.map((path) => step(fs, path, part, isLast, picomatcher)));
    paths = found.flat();
  }
  return paths.sort((a, b) => Buffer.compare(a, b));
}

/** Slashes within braces belong to the pattern. */
function splitPattern(pattern: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of pattern) {
    if (character === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    if (character === '/' && depth === 0) {
      if (part !== '') parts.push(part);
      part = '';
    } else part += character;
  }
  if (part !== '') parts.push(part);
  return parts;
}

async function step(
  fs: FugaFs,
  path: BytePath,
  part: string,
  isLast: boolean,
  picomatcher: Picomatch,
): Promise<BytePath[]> {
  if (part === '**') return withAllBelow(fs, path, isLast);
  if (!hasGlob(part) && isLast)
    return (await isThere(fs, joinPath(path, pathOf(part)))) ? [joinPath(path, pathOf(part))] : [];
  if (!hasGlob(part)) return [joinPath(path, pathOf(part))];
  const matches = compile(picomatcher, part, {});
  const names = await namesIn(fs, path);
  return names.filter((name) => matches(name.toString('utf8'))).map((name) => joinPath(path, name));
}

/** The directory itself and every directory below it (every file too, where nothing follows); never through links. */
async function withAllBelow(fs: FugaFs, path: BytePath, withFiles: boolean): Promise<BytePath[]> {
  const entries = await fs
    .readdir(path, { withFileTypes: true, encoding: 'buffer' })
    .catch(nothingWhereUnreadable);
  const visible = entries.filter(({ name }) => name[0] !== 0x2e);
  const below = await Promise.all(
    visible.map(async (entry) => {
      const at = joinPath(path, entry.name);
      if (entry.isDirectory()) return withAllBelow(fs, at, withFiles);
      return withFiles ? [at] : [];
    }),
  );
  return [path, ...below.flat()];
}

async function namesIn(fs: FugaFs, path: BytePath): Promise<Buffer[]> {
  return fs.readdir(path, 'buffer').catch(nothingWhereUnreadable);
}

async function isThere(fs: FugaFs, path: BytePath): Promise<boolean> {
  const found = await fs.lstat(path).catch(nothingWhereUnreadable);
  return !Array.isArray(found);
}

function nothingWhereUnreadable(error: unknown): [] {
  const code = systemCodeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP') return [];
  throw error;
}

function compile(
  picomatcher: Picomatch,
  pattern: string,
  options: { readonly dot?: boolean; readonly nocase?: boolean },
): (name: string) => boolean {
  return picomatcher(pattern, { nonegate: true, ...options });
}

async function loadPicomatch(): Promise<Picomatch> {
  return (await import('picomatch')).default;
}
