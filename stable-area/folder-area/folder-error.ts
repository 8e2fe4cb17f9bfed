import { StableAreaError, type StableAreaErrorCode } from '../stable-area.ts';
import { systemCodeOf } from '../../environment/system-code.ts';

const codeOfSystemCode: Readonly<Record<string, StableAreaErrorCode>> = {
  ENOSPC: 'STABLE_AREA_NO_SPACE',
  EDQUOT: 'STABLE_AREA_NO_SPACE',
  EACCES: 'STABLE_AREA_UNUSABLE',
  EPERM: 'STABLE_AREA_UNUSABLE',
  EROFS: 'STABLE_AREA_UNUSABLE',
  ENOTDIR: 'STABLE_AREA_UNUSABLE',
  // A link from one file system to another: the area must be on one.
  EXDEV: 'STABLE_AREA_UNUSABLE',
};

/** What a failure of the folder or of the engine is to the area's user. */
export function asAreaError(doing: string, cause: unknown): StableAreaError {
  if (cause instanceof StableAreaError) return cause;
  const system = systemCodeOf(cause);
  const code = system === undefined ? undefined : codeOfSystemCode[system];
  const what = cause instanceof Error ? cause.message : String(cause);
  return new StableAreaError(code ?? 'STABLE_AREA_IO', `${doing}: ${what}`, { cause });
}

/** Runs it, and turns what it rejects with into a StableAreaError. */
export async function translated<T>(doing: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw asAreaError(doing, error);
  }
}
