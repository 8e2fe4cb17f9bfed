import { displayPath, type FilePath, type NameEncoding } from '../bytes.ts';
import { runOperation, type Session } from '../session.ts';

/** Runs an operation under the name that Node gives it in its error messages. */
export function call<T>(
  session: Session,
  syscall: string,
  path: FilePath,
  operation: () => Promise<T>,
): Promise<T> {
  return runOperation(session, { syscall, path: displayPath(path) }, operation);
}

/** As `call`, for an operation on two paths. */
export function callWithTwo<T>(
  session: Session,
  syscall: string,
  paths: readonly [path: FilePath, dest: FilePath],
  operation: () => Promise<T>,
): Promise<T> {
  const [path, dest] = paths.map(displayPath) as [string, string];
  return runOperation(session, { syscall, path, dest }, operation);
}

export function nameEncodingOf(
  options: string | { readonly encoding?: string | null | undefined } | null | undefined,
): NameEncoding {
  const encoding = typeof options === 'object' ? options?.encoding : options;
  return encoding === 'buffer' ? 'buffer' : 'utf8';
}
