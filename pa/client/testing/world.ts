import { manualClock } from '../../../environment/testing/manual-clock.ts';
import { memoryNetwork } from '../../../environment/testing/memory-network.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import type { RpcReply } from '../../../rpc/reply-message.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import type { Stall, Waiting } from '../events.ts';
import { createPaClient, type PaClientOptions } from '../pa-client.ts';
import type { RawCallOptions } from '../pending-call.ts';
import { FakeArea, FakePort, type FakePortOptions } from './fake-area.ts';

export const testProgram = 0x2099_0001;

/** How a call ended, as a test likes to compare it. */
export type Ending =
  | { readonly ok: true; readonly text: string; readonly count: number }
  | { readonly ok: false; readonly code: string; readonly outcome: string | undefined };

/** A client of one alias, a directory, and scripted ports, in time that stands still. */
export function makeWorld(options: Partial<PaClientOptions> = {}, seed = 1) {
  const time = manualClock();
  const network = memoryNetwork(time.timers);
  const environment = {
    clock: time.clock,
    timers: time.timers,
    network,
    random: seededRandom(seed),
  };
  const directory = new MemoryDirectory(time.timers);
  const area = new FakeArea();
  const stalls: Stall[] = [];
  const waitings: Waiting[] = [];
  const client = createPaClient({
    environment,
    directory,
    events: {
      stalled: (stall) => stalls.push(stall),
      waiting: (waiting) => waitings.push(waiting),
    },
    ...options,
  });
  const home = client.alias('home');

  return {
    time,
    network,
    environment,
    directory,
    area,
    stalls,
    waitings,
    client,
    home,

    /** A process that serves the area under this epoch; `isKnown`: and has told PAM so. */
    async serve(epoch: number, more: Partial<FakePortOptions> = {}, isKnown = true) {
      const port = await FakePort.start({ environment, area, epoch, ...more });
      if (isKnown) await directory.register('home', port.port);
      return port;
    },

    /** Calls with four letters as the arguments. Settles with how it ended; never rejects. */
    call(text: string, callOptions: RawCallOptions = {}): Promise<Ending> {
      const argumentBuffers = [Buffer.from(text.padEnd(4))];
      const request = { program: testProgram, version: 1, procedure: 1, argumentBuffers };
      return home.callRaw(request, callOptions).then(endingOf, (error: unknown) => {
        const { code = '', outcome } = error as { code?: string; outcome?: string };
        return { ok: false, code, outcome };
      });
    },
  };
}

export type World = ReturnType<typeof makeWorld>;

function endingOf(reply: RpcReply): Ending {
  if (!reply.accepted) return { ok: false, code: reply.rejection.status, outcome: undefined };
  if (reply.outcome.status !== 'SUCCESS') {
    return { ok: false, code: reply.outcome.status, outcome: undefined };
  }
  const { results } = reply.outcome;
  return {
    ok: true,
    text: results.toString('latin1', 0, results.length - 4).trimEnd(),
    count: results.readUInt32BE(results.length - 4),
  };
}
