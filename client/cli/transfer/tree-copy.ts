import { forEachInTree, Window } from '../../window.ts';
import type { CommandRun } from '../command-run.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { reasonOf } from '../reason.ts';
import { copyFile, show } from './copy-file.ts';
import type { CopyJob, CopyOptions } from './copy-job.ts';
import { fileIn, pathIn, type TransferFile, type TransferStats } from './place.ts';
import { isWithin } from './within.ts';
import type { Progress } from './progress.ts';

/** Files that are copied at once: as many as calls may be out, because each small file has one call under way. */
const filesMax = 64;

const ownerRights = 0o700;

/**
 * Copies files and trees, many files at a time. Each failure is told and does not keep the rest from being copied; a
 * directory is there before anything is put into it.
 */
export class TreeCopy implements CopyJob {
  readonly run: CommandRun;
  readonly options: CopyOptions;
  readonly progress: Progress;
  readonly #window = new Window(filesMax);

  constructor(run: CommandRun, options: CopyOptions, progress: Progress) {
    this.run = run;
    this.options = options;
    this.progress = progress;
  }

  /** Each source to its target. True if everything was copied. */
  async copyAll(pairs: readonly (readonly [TransferFile, TransferFile])[]): Promise<boolean> {
    const before = this.run.exitCode;
    this.run.exitCode = 0;
    const wanted = this.#withoutSecondTargets(pairs);
    await forEachInTree(this.#window, wanted, ([source, target]) =>
      this.#copyOperand(source, target),
    );
    const isComplete = this.run.exitCode === 0;
    this.run.exitCode = Math.max(before, this.run.exitCode);
    return isComplete;
  }

  /** Two sources of one name would be written into one file at once. */
  #withoutSecondTargets(pairs: readonly (readonly [TransferFile, TransferFile])[]) {
    const taken = new Set<string>();
    return pairs.filter(([source, target]) => {
      const name = target.name.toString('latin1');
      if (taken.has(name)) {
        this.run.fail(`will not overwrite just-created ${show(target)} with ${show(source)}`);
        return false;
      }
      taken.add(name);
      return true;
    });
  }

  async #copyOperand(source: TransferFile, target: TransferFile): Promise<void> {
    const { fs } = source.place;
    const stats = await this.run.attempt(
      // GNU: without -r, a link that is named stands for what it leads to.
      () => (this.options.recursive ? fs.lstat(pathIn(source)) : fs.stat(pathIn(source))),
      (reason) => `cannot stat ${show(source)}: ${reason}`,
    );
    if (stats === undefined) return;
    if (stats.isDirectory()) {
      if (!this.options.recursive) {
        this.run.fail(`-r not specified; omitting directory ${show(source)}`);
        return;
      }
      if (await isWithin(source, target)) {
        this.run.fail(`cannot copy a directory, ${show(source)}, into itself, ${show(target)}`);
        return;
      }
    }
    await this.#copy(source, target, stats);
  }

  async #copy(source: TransferFile, target: TransferFile, stats: TransferStats): Promise<void> {
    if (stats.isDirectory()) return this.#copyDirectory(source, target, stats);
    if (stats.isSymbolicLink()) return this.#copyLink(source, target, stats);
    if (!stats.isFile()) {
      this.run.fail(`${show(source)} is no regular file, directory or link: skipped`);
      return;
    }
    this.progress.expect(stats.size);
    if (await copyFile(this, source, target, stats)) await this.#tell(source, target);
  }

  async #copyDirectory(
    source: TransferFile,
    target: TransferFile,
    stats: TransferStats,
  ): Promise<void> {
    const isNew = await this.#makeDirectory(source, target, stats);
    if (isNew === undefined) return;
    const names = await this.run.attempt(
      () => source.place.fs.readdir(pathIn(source), 'buffer'),
      (reason) => `cannot access ${show(source)}: ${reason}`,
    );
    const from = await source.place.enter(source.name);
    const to = await target.place.enter(target.name);
    await forEachInTree(this.#window, names ?? [], async (name) => {
      const below = fileIn(from, source, name);
      const found = await this.run.attempt(
        () => from.fs.lstat(pathIn(below)),
        (reason) => `cannot stat ${show(below)}: ${reason}`,
      );
      if (found !== undefined) await this.#copy(below, fileIn(to, target, name), found);
    });
    await this.#finishDirectory(target, stats, isNew);
  }

  /** Undefined where there can be none; then that was told. */
  async #makeDirectory(
    source: TransferFile,
    target: TransferFile,
    stats: TransferStats,
  ): Promise<boolean | undefined> {
    const { fs } = target.place;
    try {
      // Whatever its mode is to be, we must be able to put things into it.
      await fs.mkdir(pathIn(target), (stats.mode & 0o777) | ownerRights);
      await this.#tell(source, target);
      return true;
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') {
        this.#failUnlessSerious(error, `cannot create directory ${show(target)}`);
        return undefined;
      }
    }
    const there = await this.run.attempt(
      () => fs.stat(pathIn(target)),
      (reason) => `cannot stat ${show(target)}: ${reason}`,
    );
    if (there === undefined || there.isDirectory()) return there === undefined ? undefined : false;
    this.run.fail(`cannot overwrite non-directory ${show(target)} with directory ${show(source)}`);
    return undefined;
  }

  /** Last, because putting things into a directory needs rights and changes its time. */
  async #finishDirectory(
    target: TransferFile,
    stats: TransferStats,
    isNew: boolean,
  ): Promise<void> {
    const { fs } = target.place;
    const path = pathIn(target);
    const { umask } = this.run.context;
    const mode = this.options.preserve ? stats.mode & 0o7777 : stats.mode & 0o777 & ~umask;
    const lacksRights = (stats.mode & ownerRights) !== ownerRights;
    await this.run.attempt(
      async () => {
        await this.preserveOwner(target, stats);
        if (this.options.preserve || (isNew && lacksRights)) await fs.chmod(path, mode);
        if (this.options.preserve)
          await fs.utimes(path, stats.atimeMs / 1000, stats.mtimeMs / 1000);
      },
      (reason) => `preserving permissions and times of ${show(target)}: ${reason}`,
    );
  }

  async #copyLink(source: TransferFile, target: TransferFile, stats: TransferStats): Promise<void> {
    const { fs } = target.place;
    const path = pathIn(target);
    const text = await this.run.attempt(
      () => source.place.fs.readlink(pathIn(source), 'buffer'),
      (reason) => `cannot read symbolic link ${show(source)}: ${reason}`,
    );
    if (text === undefined) return;
    await this.run.attempt(
      async () => {
        await fs.symlink(text, path).catch(async (error: unknown) => {
          // What is there gives way, as a file would; a directory does not.
          if (systemCodeOf(error) !== 'EEXIST') throw error;
          await fs.unlink(path);
          await fs.symlink(text, path);
        });
        await this.preserveOwner(target, stats);
        if (this.options.preserve) {
          await fs.lutimes(path, stats.atimeMs / 1000, stats.mtimeMs / 1000);
        }
        await this.#tell(source, target);
      },
      (reason) => `cannot create symbolic link ${show(target)}: ${reason}`,
    );
  }

  /** Who may not give files away keeps them, without a word, as cp(1) does. */
  async preserveOwner(target: TransferFile, { uid, gid }: TransferStats): Promise<void> {
    if (!this.options.preserveOwner) return;
    await target.place.fs.lchown(pathIn(target), uid, gid).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EPERM' && systemCodeOf(error) !== 'EACCES') throw error;
    });
  }

  async #tell(source: TransferFile, target: TransferFile): Promise<void> {
    if (this.options.verbose) await this.run.printLine(`${show(source)} -> ${show(target)}`);
  }

  #failUnlessSerious(error: unknown, message: string): void {
    if (systemCodeOf(error) === undefined) throw error;
    this.run.fail(`${message}: ${reasonOf(error)}`);
  }
}
