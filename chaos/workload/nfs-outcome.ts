import { codeOf } from '../../client/nfs/nfs2-status.ts';
import {
  type Attrstat,
  type Diropres,
  type Fattr,
  Ftype,
  NfsStat,
  type Readdirres,
  type Readlinkres,
  type Readres,
} from '../../protocol/generated/nfs2.ts';
import type { Attributes, NodeType, Outcome, Result } from '../history/call.ts';
import { stampsOf } from '../history/stamp.ts';

type FailureStatus = Exclude<NfsStat, typeof NfsStat.NFS_OK>;

export function attributesOf(fattr: Fattr): Attributes {
  return {
    ino: fattr.fileid,
    type: typeOf(fattr.type),
    links: fattr.nlink,
    sizeBytes: fattr.size,
  };
}

export function statusOutcome(status: NfsStat): Outcome {
  return status === NfsStat.NFS_OK ? ok({}) : failed(status);
}

export function nodeOutcome(result: Diropres): Outcome {
  if (result.status !== NfsStat.NFS_OK) return failed(result.status);
  return ok({ attributes: attributesOf(result.diropok.attributes) });
}

export function attributesOutcome(result: Attrstat): Outcome {
  if (result.status !== NfsStat.NFS_OK) return failed(result.status);
  return ok({ attributes: attributesOf(result.attributes) });
}

export function readOutcome(result: Readres, block: number, run: string): Outcome {
  if (result.status !== NfsStat.NFS_OK) return failed(result.status);
  const { attributes, data } = result.readok;
  return ok({ attributes: attributesOf(attributes), blocks: stampsOf(data, block, run) });
}

export function linkOutcome(result: Readlinkres): Outcome {
  if (result.status !== NfsStat.NFS_OK) return failed(result.status);
  return ok({ target: result.data });
}

export function listingOutcome(result: Readdirres): Outcome {
  if (result.status !== NfsStat.NFS_OK) return failed(result.status);
  const names = result.readdirok.entries.filter(({ name }) => name !== '.' && name !== '..');
  return ok({ entries: names.map(({ name, fileid }) => [name, fileid] as const) });
}

function ok(result: Result): Outcome {
  return { status: 'ok', result };
}

function failed(status: FailureStatus): Outcome {
  return { status: 'error', code: codeOf(status) };
}

function typeOf(type: Ftype): NodeType {
  switch (type) {
    case Ftype.NFREG:
      return 'file';
    case Ftype.NFDIR:
      return 'directory';
    case Ftype.NFLNK:
      return 'symlink';
    case Ftype.NFNON:
    case Ftype.NFBLK:
    case Ftype.NFCHR:
    case Ftype.NFSOCK:
    case Ftype.NFBAD:
    case Ftype.NFFIFO:
      throw new Error(`no worker makes a node of type ${type}`);
  }
}
