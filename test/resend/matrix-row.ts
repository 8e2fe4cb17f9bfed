import type { AnyProcedure, ProgramVersion } from '../../xdr/program.ts';
import type { Files } from '../cluster/files.ts';

/** What a row does is done below a directory of its own. */
export interface Place {
  readonly files: Files;
  readonly dir: Buffer;
}

/** A call that must not be executed twice. */
export interface MatrixRow {
  /** `NFSv2 REMOVE`. */
  readonly name: string;
  readonly version: ProgramVersion;
  readonly procedure: AnyProcedure;
  /** Makes what the call needs. Returns its arguments. */
  readonly prepare: (place: Place) => Promise<unknown>;
  /** What another client does after the call was answered: a second execution would damage it, or fail. */
  readonly change: (place: Place) => Promise<void>;
}

/** A later file where the call removed, renamed or made something: what a second execution would hit. */
export function laterFile(name: string): MatrixRow['change'] {
  return async ({ files, dir }) => {
    await files.makeFile(dir, name, 'later');
  };
}

/** The same in place of what the call made. */
export function replaced(name: string): MatrixRow['change'] {
  return async ({ files, dir }) => {
    await files.removeFile(dir, name);
    await files.makeFile(dir, name, 'later');
  };
}
