import type { FugaFs } from '../../file-system.ts';
import { forEachInTree, Window } from '../../window.ts';
import { baseName, joinPath, pathOf } from '../byte-path.ts';
import { defineCommand } from '../command-definition.ts';
import { type CommandRun, quote } from '../command-run.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import type { RemoteFile } from '../remote-files.ts';

interface RmOptions {
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly verbose?: boolean;
  readonly dir?: boolean;
}

/** Removals that are under way at once. */
const removalsMax = 32;

export const rm = defineCommand<RmOptions>({
  declare: (command) => {
    command
      .description('Remove files. It asks nothing: what is removed is gone.')
      .argument('[path...]', 'home:/path, or /path in the default alias; patterns are understood')
      .option('-r, --recursive', 'directories, with all that is in them')
      .option('-R', 'as -r')
      .option('-f, --force', 'what does not exist is no error')
      .option('-d, --dir', 'empty directories, too')
      .option('-v, --verbose', 'say what is removed');
  },

  run: async (run, operands, options: RmOptions & { readonly R?: boolean }) => {
    if (operands.length === 0 && options.force !== true) throw run.wrongUsage('missing operand');
    const recursive = options.recursive === true || options.R === true;
    const removal = new Removal(run, { ...options, recursive });
    for (const file of await run.files.expand(operands)) await removal.remove(file);
  },
});

class Removal {
  readonly #run: CommandRun;
  readonly #options: RmOptions;
  readonly #window = new Window(removalsMax);

  constructor(run: CommandRun, options: RmOptions) {
    this.#run = run;
    this.#options = options;
  }

  async remove({ fs, path, label }: RemoteFile): Promise<void> {
    const name = baseName(path).toString('latin1');
    if (name === '') {
      this.#run.fail(`refusing to remove the root of an alias: ${quote(label)}`);
      return;
    }
    if (name === '.' || name === '..') {
      this.#run.fail(`refusing to remove '.' or '..' directory: skipping ${quote(label)}`);
      return;
    }
    await this.#removeName(fs, path, pathOf(label));
  }

  /** True if it is gone. Each failure is told, and does not keep the rest from being removed. */
  async #removeName(here: FugaFs, name: Buffer, shown: Buffer): Promise<boolean> {
    const done = await this.#attempt(shown, () => this.#unlinkOrEnter(here, name, shown));
    return done === true;
  }

  async #unlinkOrEnter(here: FugaFs, name: Buffer, shown: Buffer): Promise<boolean> {
    try {
      await here.unlink(name);
      await this.#tell(`removed ${quote(shown.toString('utf8'))}`);
      return true;
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'ENOENT' && this.#options.force === true) return true;
      // Some servers say EPERM of a directory.
      const mayBeDirectory = code === 'EISDIR' || code === 'EPERM';
      if (!mayBeDirectory || !(await here.lstat(name)).isDirectory()) throw error;
    }
    return this.#removeDirectory(here, name, shown);
  }

  async #removeDirectory(here: FugaFs, name: Buffer, shown: Buffer): Promise<boolean> {
    const { recursive = false, dir = false } = this.#options;
    if (!recursive && !dir) {
      this.#run.fail(`cannot remove ${quote(shown.toString('utf8'))}: Is a directory`);
      return false;
    }
    if (recursive && !(await this.#empty(here, name, shown))) return false;
    await here.rmdir(name);
    await this.#tell(`removed directory ${quote(shown.toString('utf8'))}`);
    return true;
  }

  async #empty(here: FugaFs, name: Buffer, shown: Buffer): Promise<boolean> {
    const inside = await here.cd(name);
    let isEmpty = true;
    await forEachInTree(this.#window, await inside.readdir('.', 'buffer'), async (below) => {
      const isGone = await this.#removeName(inside, below, joinPath(shown, below));
      isEmpty &&= isGone;
    });
    return isEmpty;
  }

  #attempt(shown: Buffer, work: () => Promise<boolean>): Promise<boolean | undefined> {
    return this.#run.attempt(
      work,
      (reason) => `cannot remove ${quote(shown.toString('utf8'))}: ${reason}`,
    );
  }

  async #tell(text: string): Promise<void> {
    if (this.#options.verbose === true) await this.#run.printLine(text);
  }
}
