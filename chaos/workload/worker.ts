import type { Recorder } from '../history/recorder.ts';
import type { Area } from './choose-call.ts';
import { chooseCall } from './choose-call.ts';
import type { FileService } from './file-service.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How often a worker leaves its own directory for the shared ones. */
const sharedShare = 0.5;

export interface WorkerParts {
  readonly client: number;
  readonly service: FileService;
  readonly recorder: Recorder;
  readonly random: SeededRandom;
  readonly own: Area;
  /** At least one. */
  readonly shared: readonly Area[];
  /** Asked before each call. */
  readonly isOver: () => boolean;
  readonly pause: (ms: number) => Promise<void>;
}

/** Between calls: a load that the servers feel, and that leaves the machine some room. */
const pauseMaxMs = 4;

/** One worker: chooses calls, one after the other, and writes down what comes of them, until it is over. */
export async function runWorker(parts: WorkerParts): Promise<void> {
  const { client, service, recorder, random, isOver, pause } = parts;
  while (!isOver()) {
    const area = random.fraction() < sharedShare ? random.pick(parts.shared) : parts.own;
    const call = chooseCall(random, area);
    const open = recorder.invoke(client, call);
    const outcome = await service.perform(call, client, open.number);
    // Given up meanwhile: the run ended without an answer.
    if (!recorder.isOpen(open)) return;
    recorder.respond(open, outcome);
    area.knowledge.learn(call, outcome);
    const pauseMs = random.integer(0, pauseMaxMs);
    if (pauseMs > 0) await pause(pauseMs);
  }
}
