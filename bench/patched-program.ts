import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Patch, patched } from './pa-patches.ts';

/** A compiled copy of the program with something taken out. */
export interface PatchedProgram {
  /** What to give to Node. */
  readonly path: string;
  remove(): Promise<void>;
}

/** Run in the project's folder, after `npm run build`. The copy lies where the same packages are found. */
export async function patchProgram(patch: Patch): Promise<PatchedProgram> {
  const cache = join('node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'fuga-bench-'));
  for (const part of ['bin', 'dist', 'package.json']) {
    await cp(part, join(folder, part), { recursive: true });
  }
  for (const file of new Set(patch.changes.map((change) => change.file))) {
    const path = join(folder, 'dist', `${file}.js`);
    await writeFile(path, patched(patch, file, await readFile(path, 'utf8')));
  }
  return {
    path: join(folder, 'bin', 'fuga'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
