/** The names of the files in a LevelDB directory (LevelDB's db/filename.cc). */

export const currentName = 'CURRENT';

/** Numbers have at least six digits, and more where they need them. */
const manifestLine = /^(MANIFEST-\d+)\n$/;
const manifestPattern = /^MANIFEST-\d+$/;
const logPattern = /^(\d+)\.log$/;
const tablePattern = /^(\d+)\.(?:ldb|sst)$/;

/** The name that CURRENT's text gives; undefined where it gives none. */
export function manifestNameIn(current: Uint8Array): string | undefined {
  return manifestLine.exec(Buffer.from(current).toString('latin1'))?.[1];
}

export function isManifestName(name: string): boolean {
  return manifestPattern.test(name);
}

export function logNumberOf(name: string): number | undefined {
  return numberIn(logPattern, name);
}

/** Tables are called .ldb; .sst is the name that they had before LevelDB 1.14. */
export function tableNumberOf(name: string): number | undefined {
  return numberIn(tablePattern, name);
}

function numberIn(pattern: RegExp, name: string): number | undefined {
  const digits = pattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
