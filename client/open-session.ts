import type { Clock } from '../environment/clock.ts';
import type { Random } from '../environment/random.ts';
import type { RpcCaller } from '../xdr/program.ts';
import { bytesOf } from './bytes.ts';
import type { CacheOptions } from './cache/cache-options.ts';
import { cachedProtocol } from './cache/cached-protocol.ts';
import { NodeCache } from './cache/node-cache.ts';
import { makeFileSystem } from './facade/make-file-system.ts';
import type { FugaFs } from './file-system.ts';
import { nfs2 } from './nfs/nfs2.ts';
import type { Identity } from './nfs/permission.ts';
import { RootPlace } from './session.ts';
import { Window } from './window.ts';

/** Bulk reads and writes under way at once: as many calls as a PA client lets out by default. */
export const windowDefault = 64;

export const umaskDefault = 0o022;

const uniqueNameBytes = 12;

export interface SessionOptions {
  /** What calls go through: a PA client's alias, a plain RPC client, a test double. */
  readonly caller: RpcCaller;
  /** What is mounted: `/` and the alias's name. */
  readonly exportPath: string;
  /** In whose name `caller` makes its calls. */
  readonly identity: Identity;
  readonly random: Random;
  /** Mode bits that new files and directories never get; 022. */
  readonly umask?: number | undefined;
  /** Bulk reads and writes under way at once, of all files together; 64. */
  readonly window?: number | undefined;
  /** What is believed from before, and for how long; absent (noac): nothing. */
  readonly cache?: (CacheOptions & { readonly clock: Clock }) | undefined;
  /** Called by `close`. */
  readonly close?: (() => Promise<void>) | undefined;
}

/** The file system behind any caller. It makes no call before the first operation. */
export function openSession(options: SessionOptions): FugaFs {
  const { caller, identity, random, umask = umaskDefault, window = windowDefault } = options;
  const uniqueName = () => `.fuga-${random.bytes(uniqueNameBytes).toString('hex')}`;
  const cache = options.cache && new NodeCache(options.cache.clock, options.cache);
  const plain = nfs2(caller, { identity, uniqueName });
  const protocol = cache === undefined ? plain : cachedProtocol(plain, cache);
  const here = new RootPlace(protocol, bytesOf(options.exportPath));
  const session = { protocol, cache, window: new Window(window), umask, here };
  return makeFileSystem(session, options.close ?? (() => Promise.resolve()));
}
