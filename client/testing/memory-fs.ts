import { seededRandom } from '../../environment/testing/seeded-random.ts';
import type { FugaFs } from '../file-system.ts';
import { openSession, type SessionOptions } from '../open-session.ts';
import { MemoryNfsServer } from './memory-nfs-server.ts';

/** A client on a server in memory. */
export function memoryFs(options: Partial<SessionOptions> = {}): {
  readonly fs: FugaFs;
  readonly server: MemoryNfsServer;
} {
  const server = new MemoryNfsServer();
  return { fs: clientOf(server, options), server };
}

/** One more client of a server in memory. */
export function clientOf(server: MemoryNfsServer, options: Partial<SessionOptions> = {}): FugaFs {
  const identity = { uid: 1000, gid: 1000, groups: [] };
  const random = seededRandom(1);
  return openSession({ caller: server, exportPath: '/home', identity, random, ...options });
}

/** What a promise rejects with, for looking at more than its message. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it resolved');
}
