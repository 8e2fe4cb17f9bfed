import { sattrOf } from '../../client/nfs/nfs2-attributes.ts';
import { MountProgramV1Client } from '../../protocol/generated/mount.ts';
import {
  NFS_COOKIESIZE,
  NFS_MAXDATA,
  NFSMODE_REG,
  NfsProgramV2Client,
  NfsStat,
  type Readdirres,
} from '../../protocol/generated/nfs2.ts';
import type { RpcCaller } from '../../xdr/program.ts';
import type { Call, Ino, Outcome } from '../history/call.ts';
import { blockBytes } from '../history/limits.ts';
import { stampedBytes } from '../history/stamp.ts';
import type { FileService } from './file-service.ts';
import { HandleTable } from './handle-table.ts';
import {
  attributesOutcome,
  linkOutcome,
  listingOutcome,
  nodeOutcome,
  readOutcome,
  statusOutcome,
} from './nfs-outcome.ts';

export interface NfsFileServiceOptions {
  /** A PA client's alias; any other way to call will do. */
  readonly caller: RpcCaller;
  /** Shared by all services of a run: a worker meets the files of others by their handles. */
  readonly handles: HandleTable;
  readonly run: string;
  /** The directory of this run, whose inode number `handles` knows. */
  readonly top: Ino;
  /** What a rejected call means; undefined for what no outcome can be made of. */
  readonly outcomeOfError: (error: unknown) => Outcome | undefined;
  readonly close: () => Promise<void>;
}

const directoryMode = 0o755;
const fileMode = 0o644;

/** Mounts the volume and makes this run's directory in it. */
export async function makeTop(
  caller: RpcCaller,
  handles: HandleTable,
  exportPath: string,
  name: string,
): Promise<Ino> {
  const mounted = await new MountProgramV1Client(caller).mountprocMnt(exportPath);
  if (mounted.directory === undefined) {
    throw new Error(`${exportPath} cannot be mounted (status ${mounted.status})`);
  }
  return makeDirectory(
    new NfsProgramV2Client(caller),
    handles,
    Buffer.from(mounted.directory),
    name,
  );
}

/** Calls of NFS version 2, exactly one for each call of a worker, so that what is recorded is what was sent. */
export function nfsFileService(options: NfsFileServiceOptions): FileService {
  const nfs = new NfsProgramV2Client(options.caller);
  const { handles, run, top } = options;
  return {
    perform: async (call, client, number) => {
      try {
        return await performCall(nfs, handles, call, { run, client, number });
      } catch (error) {
        const outcome = options.outcomeOfError(error);
        if (outcome === undefined) throw error;
        return outcome;
      }
    },
    makeRoot: (name) => makeDirectory(nfs, handles, handles.get(top), name),
    close: options.close,
  };
}

async function makeDirectory(
  nfs: NfsProgramV2Client,
  handles: HandleTable,
  dir: Buffer,
  name: string,
): Promise<Ino> {
  const attributes = sattrOf({ mode: directoryMode });
  const result = await nfs.nfsprocMkdir({ where: { dir, name }, attributes });
  if (result.status !== NfsStat.NFS_OK) throw new Error(`MKDIR ${name}: status ${result.status}`);
  handles.learn(result);
  return result.diropok.attributes.fileid;
}

interface Stamp {
  readonly run: string;
  readonly client: number;
  readonly number: number;
}

async function performCall(
  nfs: NfsProgramV2Client,
  handles: HandleTable,
  call: Call,
  stamp: Stamp,
): Promise<Outcome> {
  switch (call.kind) {
    case 'lookup':
      return nodeOutcome(handles.learn(await nfs.nfsprocLookup(where(handles, call))));
    case 'create': {
      const attributes = sattrOf({ mode: fileMode, sizeBytes: 0 }, NFSMODE_REG);
      const made = await nfs.nfsprocCreate({ where: where(handles, call), attributes });
      return nodeOutcome(handles.learn(made));
    }
    case 'mkdir': {
      const attributes = sattrOf({ mode: directoryMode });
      const made = await nfs.nfsprocMkdir({ where: where(handles, call), attributes });
      return nodeOutcome(handles.learn(made));
    }
    case 'symlink': {
      const from = where(handles, call);
      const attributes = sattrOf({ mode: 0o777 });
      return statusOutcome(await nfs.nfsprocSymlink({ from, to: call.target, attributes }));
    }
    case 'remove':
      return statusOutcome(await nfs.nfsprocRemove(where(handles, call)));
    case 'rmdir':
      return statusOutcome(await nfs.nfsprocRmdir(where(handles, call)));
    case 'rename': {
      const to = { dir: handles.get(call.toDirectory), name: call.toName };
      return statusOutcome(await nfs.nfsprocRename({ from: where(handles, call), to }));
    }
    case 'link': {
      const from = handles.get(call.file);
      return statusOutcome(await nfs.nfsprocLink({ from, to: where(handles, call) }));
    }
    case 'write': {
      const data = Buffer.from(stampedBytes(stamp, call.block, call.blocks));
      const offset = call.block * blockBytes;
      const file = handles.get(call.file);
      const totalcount = data.length;
      return attributesOutcome(
        await nfs.nfsprocWrite({ file, beginoffset: offset, offset, totalcount, data }),
      );
    }
    case 'truncate': {
      const attributes = sattrOf({ sizeBytes: call.blocks * blockBytes });
      const file = handles.get(call.file);
      return attributesOutcome(await nfs.nfsprocSetattr({ file, attributes }));
    }
    case 'read': {
      const count = call.blocks * blockBytes;
      const offset = call.block * blockBytes;
      const file = handles.get(call.file);
      const result = await nfs.nfsprocRead({ file, offset, count, totalcount: count });
      return readOutcome(result, call.block, stamp.run);
    }
    case 'getattr':
      return attributesOutcome(await nfs.nfsprocGetattr(handles.get(call.file)));
    case 'readlink':
      return linkOutcome(await nfs.nfsprocReadlink(handles.get(call.file)));
    case 'readdir':
      return listingOutcome(await readDirectory(nfs, handles.get(call.directory)));
  }
}

/** Workers make few names: one reply holds them all. If it did not, the listing would be no single moment of the directory. */
async function readDirectory(nfs: NfsProgramV2Client, dir: Buffer): Promise<Readdirres> {
  const cookie = Buffer.alloc(NFS_COOKIESIZE);
  const result = await nfs.nfsprocReaddir({ dir, cookie, count: NFS_MAXDATA });
  if (result.status === NfsStat.NFS_OK && !result.readdirok.eof) {
    throw new Error('READDIR of a few names did not fit into one reply');
  }
  return result;
}

function where(
  handles: HandleTable,
  call: { readonly directory: Ino; readonly name: string },
): { readonly dir: Buffer; readonly name: string } {
  return { dir: handles.get(call.directory), name: call.name };
}
