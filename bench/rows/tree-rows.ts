import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findFuga } from '../../chaos/cluster/find-fuga.ts';
import { connect, type FugaFs } from '../../client/index.ts';
import type { LoadSession } from '../load/load-session.ts';
import type { Sample, Samples } from '../load/sample.ts';
import { archiveLocal, packTree, unpackTree } from '../tree/archive.ts';
import { makeSmallFiles } from '../tree/small-files.ts';
import { runTool } from '../tree/run-tool.ts';
import type { RowGroup } from './row.ts';

/** A tree as `npm ci` leaves it, and what `git clone` makes, through the client: its commands, and its library for tar. */
export function treeRows(files: number): RowGroup {
  return {
    name: 'trees',
    title: 'Trees of small files, through the client',
    rows: [
      { name: 'tree-put', title: 'fuga put -r', unit: 'files/s' },
      { name: 'tree-get', title: 'fuga get -r', unit: 'files/s' },
      { name: 'tree-untar', title: 'untar, by the library', unit: 'files/s' },
      { name: 'tree-tar', title: 'tar, by the library', unit: 'files/s' },
      { name: 'clone-put', title: 'fuga put -r of a git clone', unit: 'files/s' },
    ],
    axis: { title: 'files', points: [files] },
    targets: ['fuga'],
    async run(session) {
      const folder = dirname(session.target.dataFolder);
      const local = await makeSmallFiles(join(folder, 'tree'), files);
      const fs = await session.prepared('client', () => connectTo(session));
      const [put, got, untarred] = [session.newName(), session.newName(), session.newName()];
      const samples = {
        'tree-put': await timed(files, () => fuga(session, 'put', '-r', local, `home:/${put}`)),
        'tree-get': await timed(files, () =>
          fuga(session, 'get', '-r', `home:/${put}`, join(folder, got)),
        ),
        'tree-untar': await timed(files, () => unpackTree(archiveLocal(local), fs, `/${untarred}`)),
        'tree-tar': await timed(files, () => packTree(fs, `/${untarred}`)),
      };
      await runTool('rm', ['-r', join(folder, got)]);
      for (const name of [put, untarred]) await fs.rm(`/${name}`, { recursive: true });
      const clone = await cloneOf(folder);
      if (clone === undefined) return samples;
      const count = await filesOf(clone);
      const cloned = await timed(count, () => fuga(session, 'put', '-r', clone, `home:/${put}`));
      await fs.rm(`/${put}`, { recursive: true });
      return { ...samples, 'clone-put': cloned };
    },
    async limit({ folder }) {
      const local = await makeSmallFiles(join(folder, 'tree'), files);
      const copy = (name: string): string => join(folder, `copy-${name}`);
      const archive = join(folder, 'tree.tar');
      const samples: Samples = {
        'tree-put': await timed(files, () => copySynced(local, copy('put'))),
        'tree-get': await timed(files, () => runTool('cp', ['-r', copy('put'), copy('get')])),
        'tree-tar': await timed(files, () => runTool('tar', ['-cf', archive, '-C', local, '.'])),
        'tree-untar': await timed(files, async () => {
          await runTool('mkdir', [copy('untar')]);
          await runTool('tar', ['-xf', archive, '-C', copy('untar')]);
          await runTool('sync', ['-f', folder]);
        }),
      };
      const clone = await cloneOf(folder);
      const count = clone === undefined ? 0 : await filesOf(clone);
      const cloned =
        clone === undefined
          ? {}
          : { 'clone-put': await timed(count, () => copySynced(clone, copy('clone'))) };
      const copies = ['put', 'get', 'untar', 'clone'].map(copy).filter((path) => existsSync(path));
      await runTool('rm', ['-r', archive, ...copies]);
      return { ...samples, ...cloned };
    },
    limitTitle:
      'cp and tar of this machine, on the disk; one sync of the file system after what writes, none of each file',
  };
}

async function timed(files: number, work: () => Promise<void>): Promise<Sample> {
  const startMs = performance.now();
  await work();
  return { value: files / ((performance.now() - startMs) / 1_000) };
}

function fuga({ target }: LoadSession, ...words: readonly string[]): Promise<void> {
  const { host, port } = target.address;
  return runTool(process.execPath, [findFuga(), ...words, '--servers', `${host}:${port}`]);
}

function connectTo({ target }: LoadSession): Promise<FugaFs> {
  const { host, port } = target.address;
  return connect({ alias: 'home', servers: `${host}:${port}` });
}

async function copySynced(from: string, to: string): Promise<void> {
  await runTool('cp', ['-r', from, to]);
  await runTool('sync', ['-f', to]);
}

/** A clone of this repository, made once; undefined where this is none. */
async function cloneOf(folder: string): Promise<string | undefined> {
  const root = dirname(dirname(findFuga()));
  if (!existsSync(join(root, '.git'))) return undefined;
  const clone = join(folder, 'clone');
  if (!existsSync(clone)) await runTool('git', ['clone', '-q', '--no-hardlinks', root, clone]);
  return clone;
}

async function filesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}
