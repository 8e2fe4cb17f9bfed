import { constants } from './adapters/constants.ts';

/** What the flags of `open` ask for. */
export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  /** Every write goes to the end of the file. */
  readonly append: boolean;
  readonly create: boolean;
  /** With `create`: the name must not exist. */
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly directoryOnly: boolean;
  /** A symbolic link as the last name is an error. */
  readonly noFollow: boolean;
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = constants;

/** Node's names (`fs` documentation, "File system flags"). Each write is synchronous anyway: `s` changes nothing. */
const named: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY,
  sr: O_RDONLY,
  'r+': O_RDWR,
  'rs+': O_RDWR,
  'sr+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  xw: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  'wx+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  'xw+': O_RDWR | O_CREAT | O_TRUNC | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  as: O_WRONLY | O_CREAT | O_APPEND,
  sa: O_WRONLY | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  xa: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  'a+': O_RDWR | O_CREAT | O_APPEND,
  'as+': O_RDWR | O_CREAT | O_APPEND,
  'sa+': O_RDWR | O_CREAT | O_APPEND,
  'ax+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
  'xa+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
};

/** Understands the names and the numbers that `fs.open` takes; throws as it does for anything else. */
export function parseOpenFlags(flags: string | number): OpenMode {
  const bits = typeof flags === 'number' ? flags : named[flags];
  if (bits === undefined) {
    const error = new TypeError(`The argument 'flags' is invalid. Received '${flags}'`);
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
  }
  const has = (bit: number | undefined) => bit !== undefined && (bits & bit) !== 0;
  const write = has(O_WRONLY) || has(O_RDWR);
  return {
    read: !has(O_WRONLY),
    write,
    append: has(O_APPEND),
    create: has(O_CREAT),
    exclusive: has(O_CREAT) && has(O_EXCL),
    truncate: has(O_TRUNC) && write,
    directoryOnly: has(constants.O_DIRECTORY),
    noFollow: has(constants.O_NOFOLLOW),
  };
}
