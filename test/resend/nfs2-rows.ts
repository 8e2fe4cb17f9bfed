import { NfsProgramV2 } from '../../protocol/generated/nfs2.ts';
import { sattr } from '../../server/testing/service-volume.ts';
import { laterFile, type MatrixRow, replaced } from './matrix-row.ts';

const version = NfsProgramV2;
const procedures = NfsProgramV2.procedures;

export const nfs2Rows: readonly MatrixRow[] = [
  {
    name: 'NFSv2 SETATTR',
    version,
    procedure: procedures.nfsprocSetattr,
    async prepare({ files, dir }) {
      const file = await files.makeFile(dir, 'f', 'content');
      return { file, attributes: sattr({ mode: 0o600, size: 3 }) };
    },
    async change({ files, dir }) {
      await files.setMode(await files.makeFile(dir, 'f', 'later'), 0o640);
    },
  },
  {
    name: 'NFSv2 WRITE',
    version,
    procedure: procedures.nfsprocWrite,
    async prepare({ files, dir }) {
      const file = await files.makeFile(dir, 'f', '');
      const place = { beginoffset: 0, offset: 0, totalcount: 0 };
      return { file, ...place, data: Buffer.from('earlier') };
    },
    change: laterFile('f'),
  },
  {
    name: 'NFSv2 CREATE',
    version,
    procedure: procedures.nfsprocCreate,
    prepare: ({ dir }) =>
      Promise.resolve({
        where: { dir, name: 'f' },
        attributes: sattr({ mode: 0o600, size: 0 }),
      }),
    change: laterFile('f'),
  },
  {
    name: 'NFSv2 REMOVE',
    version,
    procedure: procedures.nfsprocRemove,
    async prepare({ files, dir }) {
      await files.makeFile(dir, 'f', 'content');
      return { dir, name: 'f' };
    },
    change: laterFile('f'),
  },
  {
    name: 'NFSv2 RENAME',
    version,
    procedure: procedures.nfsprocRename,
    async prepare({ files, dir }) {
      await files.makeFile(dir, 'f', 'content');
      return { from: { dir, name: 'f' }, to: { dir, name: 'g' } };
    },
    change: laterFile('f'),
  },
  {
    name: 'NFSv2 LINK',
    version,
    procedure: procedures.nfsprocLink,
    async prepare({ files, dir }) {
      const from = await files.makeFile(dir, 'f', 'content');
      return { from, to: { dir, name: 'g' } };
    },
    change: ({ files, dir }) => files.removeFile(dir, 'g'),
  },
  {
    name: 'NFSv2 SYMLINK',
    version,
    procedure: procedures.nfsprocSymlink,
    prepare: ({ dir }) =>
      Promise.resolve({ from: { dir, name: 'g' }, to: 'f', attributes: sattr({ mode: 0o777 }) }),
    change: replaced('g'),
  },
  {
    name: 'NFSv2 MKDIR',
    version,
    procedure: procedures.nfsprocMkdir,
    prepare: ({ dir }) =>
      Promise.resolve({ where: { dir, name: 'd' }, attributes: sattr({ mode: 0o755 }) }),
    change: ({ files, dir }) => files.removeDirectory(dir, 'd'),
  },
  {
    name: 'NFSv2 RMDIR',
    version,
    procedure: procedures.nfsprocRmdir,
    async prepare({ files, dir }) {
      await files.makeDirectory(dir, 'd');
      return { dir, name: 'd' };
    },
    async change({ files, dir }) {
      await files.makeDirectory(dir, 'd');
    },
  },
];
