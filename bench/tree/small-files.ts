import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const filesPerFolder = 20;
/** Most files of a tree of packages have one or two KiB, a few have much more. */
const sizesBytes = [200, 500, 700, 1_000, 1_300, 1_800, 2_500, 4_000, 9_000, 30_000];

/** So many files under `folder`, if it is not there yet; the same ones each time. */
export async function makeSmallFiles(folder: string, count: number): Promise<string> {
  if (existsSync(folder)) return folder;
  const content = Buffer.alloc(Math.max(...sizesBytes), 'module.exports = {};\n');
  for (let made = 0; made < count; made += 1) {
    const package_ = join(folder, `package-${Math.floor(made / filesPerFolder)}`, 'lib');
    if (made % filesPerFolder === 0) await mkdir(package_, { recursive: true });
    const bytes = sizesBytes[made % sizesBytes.length] ?? 0;
    await writeFile(join(package_, `file-${made}.js`), content.subarray(0, bytes));
  }
  return folder;
}
