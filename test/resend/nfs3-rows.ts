import { Createmode3, Ftype3, NfsProgramV3, StableHow } from '../../protocol/generated/nfs3.ts';
import { sattr3 } from '../../server/nfs3/testing/nfs3-world.ts';
import { laterFile, type MatrixRow, replaced } from './matrix-row.ts';

const version = NfsProgramV3;
const procedures = NfsProgramV3.procedures;
const fh = (data: Buffer) => ({ data });

/** RFC 1813 §3.3.8: CREATE in one of its modes. */
function createRow(name: string, mode: 'UNCHECKED' | 'GUARDED' | 'EXCLUSIVE'): MatrixRow {
  const how =
    mode === 'EXCLUSIVE'
      ? { mode: Createmode3.EXCLUSIVE, verf: Buffer.from('verifier') }
      : { mode: Createmode3[mode], objAttributes: sattr3({ mode: 0o600 }) };
  return {
    name: `NFSv3 CREATE ${name}`,
    version,
    procedure: procedures.nfsproc3Create,
    prepare: ({ dir }) => Promise.resolve({ where: { dir: fh(dir), name: 'f' }, how }),
    change: replaced('f'),
  };
}

export const nfs3Rows: readonly MatrixRow[] = [
  {
    name: 'NFSv3 SETATTR with guard',
    version,
    procedure: procedures.nfsproc3Setattr,
    async prepare({ files, dir }) {
      const object = fh(await files.makeFile(dir, 'f', 'content'));
      const looked = await files.nfs3.nfsproc3Getattr({ object });
      if (!('resok' in looked)) throw new Error(`GETATTR: ${looked.status}`);
      const guard = { check: true, objCtime: looked.resok.objAttributes.ctime };
      return { object, newAttributes: sattr3({ mode: 0o600 }), guard };
    },
    async change({ files, dir }) {
      await files.setMode(await files.lookup(dir, 'f'), 0o640);
    },
  },
  {
    name: 'NFSv3 WRITE',
    version,
    procedure: procedures.nfsproc3Write,
    async prepare({ files, dir }) {
      const file = fh(await files.makeFile(dir, 'f', ''));
      const data = Buffer.from('earlier');
      return { file, offset: 0n, count: data.length, stable: StableHow.FILE_SYNC, data };
    },
    change: laterFile('f'),
  },
  createRow('unchecked', 'UNCHECKED'),
  createRow('guarded', 'GUARDED'),
  createRow('exclusive', 'EXCLUSIVE'),
  {
    name: 'NFSv3 MKDIR',
    version,
    procedure: procedures.nfsproc3Mkdir,
    prepare: ({ dir }) =>
      Promise.resolve({ where: { dir: fh(dir), name: 'd' }, attributes: sattr3({ mode: 0o755 }) }),
    change: ({ files, dir }) => files.removeDirectory(dir, 'd'),
  },
  {
    name: 'NFSv3 SYMLINK',
    version,
    procedure: procedures.nfsproc3Symlink,
    prepare: ({ dir }) =>
      Promise.resolve({
        where: { dir: fh(dir), name: 'g' },
        symlink: { symlinkAttributes: sattr3({ mode: 0o777 }), symlinkData: 'f' },
      }),
    change: replaced('g'),
  },
  {
    name: 'NFSv3 MKNOD',
    version,
    procedure: procedures.nfsproc3Mknod,
    prepare: ({ dir }) =>
      Promise.resolve({
        where: { dir: fh(dir), name: 'f' },
        what: { type: Ftype3.NF3FIFO, pipeAttributes: sattr3({ mode: 0o600 }) },
      }),
    change: replaced('f'),
  },
  {
    name: 'NFSv3 REMOVE',
    version,
    procedure: procedures.nfsproc3Remove,
    async prepare({ files, dir }) {
      await files.makeFile(dir, 'f', 'content');
      return { object: { dir: fh(dir), name: 'f' } };
    },
    change: laterFile('f'),
  },
  {
    name: 'NFSv3 RMDIR',
    version,
    procedure: procedures.nfsproc3Rmdir,
    async prepare({ files, dir }) {
      await files.makeDirectory(dir, 'd');
      return { object: { dir: fh(dir), name: 'd' } };
    },
    async change({ files, dir }) {
      await files.makeDirectory(dir, 'd');
    },
  },
  {
    name: 'NFSv3 RENAME',
    version,
    procedure: procedures.nfsproc3Rename,
    async prepare({ files, dir }) {
      await files.makeFile(dir, 'f', 'content');
      return { from: { dir: fh(dir), name: 'f' }, to: { dir: fh(dir), name: 'g' } };
    },
    change: laterFile('f'),
  },
  {
    name: 'NFSv3 LINK',
    version,
    procedure: procedures.nfsproc3Link,
    async prepare({ files, dir }) {
      const file = fh(await files.makeFile(dir, 'f', 'content'));
      return { file, link: { dir: fh(dir), name: 'g' } };
    },
    change: ({ files, dir }) => files.removeFile(dir, 'g'),
  },
];
