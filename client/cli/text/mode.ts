/** What of a file its type letter is made from. */
interface Typed {
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

export type TypeName =
  | 'regular file'
  | 'directory'
  | 'symbolic link'
  | 'block special file'
  | 'character special file'
  | 'fifo'
  | 'socket';

/** As stat(1) names it. */
export function typeName(file: Typed): TypeName {
  if (file.isDirectory()) return 'directory';
  if (file.isSymbolicLink()) return 'symbolic link';
  if (file.isBlockDevice()) return 'block special file';
  if (file.isCharacterDevice()) return 'character special file';
  if (file.isFIFO()) return 'fifo';
  return file.isSocket() ? 'socket' : 'regular file';
}

const letters: Readonly<Record<TypeName, string>> = {
  'regular file': '-',
  directory: 'd',
  'symbolic link': 'l',
  'block special file': 'b',
  'character special file': 'c',
  fifo: 'p',
  socket: 's',
};

/** `-rw-r--r--`, `drwxrwxrwt`, `-rwsr-xr-x`: as `ls -l` shows it. */
export function modeText(file: Typed & { readonly mode: number }): string {
  const { mode } = file;
  return (
    letters[typeName(file)] +
    rights(mode >> 6, (mode & 0o4000) !== 0, 's') +
    rights(mode >> 3, (mode & 0o2000) !== 0, 's') +
    rights(mode, (mode & 0o1000) !== 0, 't')
  );
}

/** `0644`. */
export function octalMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

function rights(bits: number, isSpecial: boolean, letter: string): string {
  const read = (bits & 4) === 0 ? '-' : 'r';
  const write = (bits & 2) === 0 ? '-' : 'w';
  const mayExecute = (bits & 1) !== 0;
  if (isSpecial) return read + write + (mayExecute ? letter : letter.toUpperCase());
  return read + write + (mayExecute ? 'x' : '-');
}
