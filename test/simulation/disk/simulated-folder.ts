import type { AppendFile, Folder, ReadFile } from '../../../environment/folder.ts';
import type { Scheduler } from '../core/scheduler.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';
import { fail, type Inode, type SimulatedDisk, split } from './simulated-disk.ts';

/** What may go wrong with operations of one process, and how long they take. */
export interface FolderFaults {
  /** Milliseconds until an operation takes effect, and until its caller hears of it. */
  latencyMs(operation: string): number;
  /** Whether the process hears of an operation in the step in which that takes effect, as most of the time. */
  returnsAtOnce(operation: string): boolean;
  /** Whether an operation is over before anybody else gets a step, as most that need no disk. */
  isInTurn(operation: string): boolean;
  /** Whether an operation under way takes effect although its process dies. */
  survives(): boolean;
  /** An error code, or undefined where the operation works. */
  failure(operation: string, path: string): string | undefined;
}

export interface SimulatedFolderParts {
  readonly scheduler: Scheduler;
  readonly process: SimulatedProcess;
  readonly disk: SimulatedDisk;
  readonly faults: FolderFaults;
  /** Told of each operation at the moment at which it takes effect. */
  readonly observe?: (operation: string, path: string) => void;
  /** False: the look before a reply, and a READ, take steps, as in a folder that can do nothing at once. */
  readonly looksAtOnce: boolean;
}

/** What a process waits for that is dead. Made anew each time: one for all would keep alive whoever waits for it. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

/**
 * What one process does to the disk. An operation is two steps: one in the system, where it takes effect, and one in the
 * process, which hears of it; or both at once; or it is over in the calling turn. A process that dies between call and effect
 * leaves that to chance, as a system call under way.
 */
export function simulatedFolder(parts: SimulatedFolderParts): Folder {
  const { scheduler, process, disk, faults, observe, looksAtOnce } = parts;
  /** Effects that are under way. */
  const pending = new Set<() => void>();
  process.onDeath(() => {
    for (const effect of [...pending]) if (faults.survives()) effect();
    pending.clear();
  });

  function perform<T>(name: string, path: string, effect: () => T, spoil?: () => void): T {
    const code = faults.failure(name, path);
    if (code !== undefined) {
      spoil?.();
      fail(code, path);
    }
    const result = effect();
    observe?.(name, path);
    return result;
  }

  function inTurn<T>(
    name: string,
    path: string,
    effect: () => T,
    spoil: (() => void) | undefined,
  ): Promise<T> {
    try {
      return Promise.resolve(perform(name, path, effect, spoil));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** `spoil`: what an operation that fails does all the same. */
  function operation<T>(
    name: string,
    path: string,
    effect: () => T,
    spoil?: () => void,
  ): Promise<T> {
    if (process.isDead) return never();
    if (faults.isInTurn(name)) {
      scheduler.pass(process, name);
      if (process.state === 'running') return inTurn(name, path, effect, spoil);
      if (process.state === 'dead') {
        if (faults.survives()) void inTurn(name, path, effect, spoil).catch(() => undefined);
        return never();
      }
    }
    return new Promise((resolve, reject) => {
      let settle: (() => void) | undefined;
      const take = (): void => {
        if (!pending.delete(take)) return;
        try {
          const result = perform(name, path, effect, spoil);
          settle = () => resolve(result);
        } catch (error) {
          settle = () => reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      pending.add(take);
      if (faults.returnsAtOnce(name)) {
        scheduler.plan(process, faults.latencyMs(name), name, () => {
          take();
          settle?.();
        });
        return;
      }
      scheduler.plan(undefined, faults.latencyMs(name), name, () => {
        take();
        if (settle !== undefined) {
          scheduler.plan(process, faults.latencyMs('return'), `${name} done`, settle);
        }
      });
    });
  }

  const assertFree = (path: string): void => {
    if (disk.hasName(path)) fail('EEXIST', path);
  };
  const create = (path: string, bytes: Uint8Array): Inode => {
    assertFree(path);
    const file = disk.makeFile();
    disk.setName(path, file);
    disk.append(file, bytes);
    return file;
  };
  const contentOf = (file: Inode, from = 0, to = file.lengthBytes): Buffer =>
    Buffer.from(file.bytes.subarray(from, Math.min(to, file.lengthBytes)));
  const unname = (path: string): void => {
    const { parent } = split(path);
    if (disk.find(parent) !== undefined && disk.hasName(path)) disk.setName(path, undefined);
  };
  const list = (path: string): string[] => [...disk.folder(path).names.keys()];

  return {
    list: (path) => operation('list', path, () => list(path)),
    status: (path) => operation('status', path, () => disk.status(path)),
    ...(looksAtOnce && {
      statusNow: (path: string) => {
        const code = faults.failure('status', path);
        if (code !== undefined) fail(code, path);
        const status = disk.status(path);
        observe?.('status', path);
        return status;
      },
    }),
    readFile: (path) => operation('readFile', path, () => contentOf(disk.file(path))),
    writeFileSynced: (path, bytes) =>
      operation('writeFileSynced', path, () => {
        disk.syncWithName(path, create(path, bytes));
      }),
    copyFileSynced: (from, to) =>
      operation('copyFileSynced', to, () => {
        disk.syncWithName(to, create(to, contentOf(disk.file(from))));
      }),
    link: (from, to) =>
      operation('link', to, () => {
        const file = disk.file(from);
        assertFree(to);
        disk.setName(to, file);
      }),
    rename: (from, to) =>
      operation('rename', to, () => {
        const inode = disk.get(from);
        if (disk.find(to)?.names !== undefined) fail('ENOTEMPTY', to);
        disk.setName(to, inode);
        disk.setName(from, undefined);
      }),
    unlink: (path) => operation('unlink', path, () => unname(path)),
    makeFolder: (path) =>
      operation('makeFolder', path, () => {
        const names = path.split('/').slice(1);
        names.forEach((_, index) => {
          const folder = `/${names.slice(0, index + 1).join('/')}`;
          if (disk.find(folder) === undefined) disk.setName(folder, disk.makeFolder());
        });
      }),
    removeTree: (path) => operation('removeTree', path, () => unname(path)),
    syncFolder: (path) => operation('syncFolder', path, () => disk.sync(disk.folder(path))),
    space: (path) =>
      operation('space', path, () => {
        disk.get(path);
        return disk.space();
      }),
    preallocate: (path, sizeBytes) =>
      operation('preallocate', path, () => {
        const file = disk.find(path) ?? create(path, Buffer.alloc(0));
        disk.resize(file, sizeBytes);
        disk.syncWithName(path, file);
      }),
    openAppend: (path) =>
      operation('openAppend', path, (): AppendFile => {
        const file = disk.find(path) ?? create(path, Buffer.alloc(0));
        return {
          append: (buffers) => {
            const bytes = Buffer.concat(buffers);
            const append = (): number => {
              const offset = file.lengthBytes;
              disk.append(file, bytes);
              return offset;
            };
            // As write(2), which has written a part when it finds no room for the rest.
            const appendHalf = (): void => disk.append(file, bytes.subarray(0, bytes.length >> 1));
            return operation('append', path, append, appendHalf);
          },
          sync: () => operation('sync', path, () => disk.syncWithName(path, file)),
          close: () => Promise.resolve(),
        };
      }),
    openRead: (path) =>
      operation('openRead', path, (): ReadFile => {
        const file = disk.file(path);
        return {
          read: (offset, length) =>
            operation('read', path, () => contentOf(file, offset, offset + length)),
          ...(looksAtOnce && {
            readNow: (offset: number, length: number) => {
              const code = faults.failure('read', path);
              if (code !== undefined) fail(code, path);
              observe?.('read', path);
              return contentOf(file, offset, offset + length);
            },
          }),
          close: () => Promise.resolve(),
        };
      }),
  };
}
