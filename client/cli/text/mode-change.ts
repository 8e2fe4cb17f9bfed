/** What `chmod` does to one file: its old mode and whether it is a directory give its new mode. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

const setUid = 0o4000;
const setGid = 0o2000;
const sticky = 0o1000;
const all = 0o777;

const classMasks: Readonly<Record<string, number>> = {
  u: 0o700 | setUid,
  g: 0o070 | setGid,
  o: 0o007,
  a: 0o777 | setUid | setGid,
};

/**
 * Octal (`755`) or symbolic (`u+rw,go-w`, `a=rX`, `g=u`, `+x`), as chmod(1) reads it. Undefined for anything else. Without
 * a class, the umask's bits are left alone.
 */
export function parseModeChange(text: string, umask: number): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return octalChange(text);
  const clauses = text.split(',').map((clause) => parseClause(clause, umask));
  if (!clauses.every((clause) => clause !== undefined)) return undefined;
  return (mode, isDirectory) =>
    clauses.reduce((changed, clause) => clause(changed, isDirectory), mode & 0o7777);
}

/** GNU: fewer than five digits do not clear the set-user-id and set-group-id bits of a directory. */
function octalChange(text: string): ModeChange {
  const value = Number.parseInt(text, 8) & 0o7777;
  return (mode, isDirectory) =>
    isDirectory && text.length < 5 ? value | (mode & (setUid | setGid)) : value;
}

function parseClause(clause: string, umask: number): ModeChange | undefined {
  const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
  const [, who = '', actions] = match ?? [];
  if (actions === undefined) return undefined;
  const mask = who === '' ? (all & ~umask) | setUid | setGid | sticky : maskOf(who);
  const steps = [...actions.matchAll(/([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g)];
  return (mode, isDirectory) =>
    steps.reduce((changed, [, operator = '', rights = '']) => {
      const bits = bitsOf(rights, changed, isDirectory) & mask;
      if (operator === '+') return changed | bits;
      if (operator === '-') return changed & ~bits;
      // A directory keeps these unless they are named.
      const kept = isDirectory ? setUid | setGid : 0;
      return (changed & ~(mask & ~kept)) | bits;
    }, mode);
}

function maskOf(who: string): number {
  const mask = Array.from(who).reduce((sum, letter) => sum | (classMasks[letter] ?? 0), 0);
  return who.includes('a') || who.includes('o') ? mask | sticky : mask;
}

function bitsOf(rights: string, mode: number, isDirectory: boolean): number {
  if (/^[ugo]$/.test(rights)) {
    const shift = { u: 6, g: 3, o: 0 }[rights] ?? 0;
    return ((mode >> shift) & 7) * 0o111;
  }
  return Array.from(rights).reduce((sum, letter) => sum | bitOf(letter, mode, isDirectory), 0);
}

function bitOf(letter: string, mode: number, isDirectory: boolean): number {
  switch (letter) {
    case 'r':
      return 0o444;
    case 'w':
      return 0o222;
    case 'x':
      return 0o111;
    // Only where somebody may execute already, and for directories.
    case 'X':
      return isDirectory || (mode & 0o111) !== 0 ? 0o111 : 0;
    case 's':
      return setUid | setGid;
    case 't':
      return sticky;
    default:
      return 0;
  }
}
