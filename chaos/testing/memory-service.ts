import type { Call, Outcome } from '../history/call.ts';
import { operationId } from '../history/history.ts';
import type { FileService } from '../workload/file-service.ts';
import type { FaultyServer } from './faulty-server.ts';
import type { NaiveFileSystem } from './naive-file-system.ts';

export interface MemoryVolume {
  readonly files: NaiveFileSystem;
  readonly server: FaultyServer;
  /** Calls wait for this before they are executed: nobody serves while it is pending. */
  served: Promise<void>;
}

/** A client of a volume in memory. */
export function memoryService(volume: MemoryVolume): FileService {
  return {
    async perform(call: Call, client: number, number: number): Promise<Outcome> {
      // A turn of the event loop on the way there and back, so that calls overlap.
      await turn();
      await volume.served;
      const outcome = volume.server.execute(call, operationId({ client, number }));
      await turn();
      return outcome;
    },
    makeRoot: () => Promise.resolve(volume.files.addRoot()),
    close: () => Promise.resolve(),
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
