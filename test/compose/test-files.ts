import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const sizeBytesMax = 100_000;

/** Makes `count` files of random content, in batches of `perFolder`. */
export async function makeFiles(folder: string, count: number, perFolder: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const batch = join(folder, `batch-${String(Math.floor(index / perFolder)).padStart(3, '0')}`);
    await mkdir(batch, { recursive: true });
    const size = Math.floor((sizeBytesMax * index) / count);
    await writeFile(join(batch, `file ${index}.bin`), randomBytes(size));
  }
}

/** A folder that every user may write, the one of a container too. */
export async function makeOpenFolder(path: string): Promise<void> {
  await mkdir(path);
  await chmod(path, 0o777);
}

/** Path below the folder -> checksum, for all files in it. */
export async function checksums(folder: string): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    sums.set(path.slice(folder.length + 1), createHash('sha256').update(bytes).digest('hex'));
  }
  return sums;
}

/** What is different, in words; empty where nothing is. */
export function differences(
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): string[] {
  const missing = [...expected.keys()].filter((path) => !actual.has(path));
  const extra = [...actual.keys()].filter((path) => !expected.has(path));
  const changed = [...expected].filter(
    ([path, sum]) => actual.has(path) && actual.get(path) !== sum,
  );
  return [
    ...missing.map((path) => `missing: ${path}`),
    ...extra.map((path) => `not put: ${path}`),
    ...changed.map(([path]) => `changed: ${path}`),
  ];
}
