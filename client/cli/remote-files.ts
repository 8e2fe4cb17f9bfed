import type { FugaFs } from '../file-system.ts';
import { type BytePath, pathOf } from './byte-path.ts';
import type { Cluster } from './context.ts';
import { expandGlob, hasGlob } from './glob.ts';
import { type Operand, parseRemote } from './operand.ts';
import { systemCodeOf } from '../../environment/system-code.ts';

/** A remote file that an operand names, whether it exists or not. */
export interface RemoteFile {
  readonly fs: FugaFs;
  readonly alias: string;
  readonly path: BytePath;
  /** As the user would type it, for messages. */
  readonly label: string;
}

/** Turns operands into remote files. */
export class RemoteFiles {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Exactly what is named: for targets, where a pattern would be a surprise. */
  async one(text: string): Promise<RemoteFile> {
    return this.#locate(parseRemote(text), text);
  }

  /** As the shell does it: patterns become the names that match, in order; one that matches nothing stays as it is. */
  async expand(texts: readonly string[]): Promise<RemoteFile[]> {
    const found: RemoteFile[] = [];
    for (const text of texts) found.push(...(await this.#expandOne(text)));
    return found;
  }

  async #expandOne(text: string): Promise<RemoteFile[]> {
    const operand = parseRemote(text);
    const file = await this.#locate(operand, text);
    if (!hasGlob(operand.path) || (await exists(file))) return [file];
    const paths = await expandGlob(file.fs, operand.path);
    if (paths.length === 0) return [file];
    const prefix = operand.alias === undefined ? '' : `${operand.alias}:`;
    return paths.map((path) => ({ ...file, path, label: prefix + path.toString('utf8') }));
  }

  async #locate(
    { alias, path }: Extract<Operand, { kind: 'remote' }>,
    text: string,
  ): Promise<RemoteFile> {
    const name = alias ?? (await this.#cluster.defaultAlias());
    const fs = await this.#cluster.open(name);
    return { fs, alias: name, path: pathOf(path), label: text };
  }
}

/** A file may have a name that looks like a pattern; then it is that file that is meant. */
async function exists({ fs, path }: RemoteFile): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return false;
    throw error;
  }
}
