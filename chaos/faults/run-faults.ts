import type { ServerView } from '../cluster/cluster.ts';
import type { Fault, FaultParts, Strike } from './fault.ts';
import type { PlannedFault } from './fault-plan.ts';
import { areCalm, waitForPair, waitForService } from './waits.ts';

export interface FaultRun extends FaultParts {
  readonly plan: Iterable<PlannedFault>;
  /** Asked before each fault. */
  readonly isEnough: () => boolean;
}

/** Does to the primary what is planned, one after the other, each time when there is a backup that can take over. */
export async function runFaults(run: FaultRun): Promise<void> {
  for (const { fault, afterMs } of run.plan) {
    if (run.isEnough()) return;
    const primary = await waitUntilReady(run, fault, afterMs);
    if (primary === undefined) return;
    await strikeOnce(run, fault, primary);
    if (run.signal.aborted) return;
  }
}

async function waitUntilReady(
  run: FaultRun,
  fault: Fault,
  afterMs: number,
): Promise<ServerView | undefined> {
  await waitForPair(run);
  await run.sleep(afterMs);
  return waitForPair(run, (servers) => !fault.needsCalm || areCalm(run.nowMs(), servers));
}

/** It is written down also where the run ends, or fails, before everything is as before. */
async function strikeOnce(run: FaultRun, fault: Fault, primary: ServerView): Promise<void> {
  const { recorder, signal } = run;
  let strike: Strike;
  try {
    strike = await fault.apply(run, primary);
  } finally {
    await fault.heal(run);
  }
  const disturbance = { ...strike, event: fault.kind, healedMicroseconds: recorder.time() };
  try {
    if (signal.aborted) return;
    await waitForService(run, strike.atMicroseconds, `${fault.kind} of ${strike.node}`);
    await waitForRecovery(run, fault);
  } finally {
    recorder.disturb({ ...disturbance, untilMicroseconds: recorder.time() });
  }
}

/** A server that was killed may still be starting: what is waited for is what the fault itself asks for. */
async function waitForRecovery(run: FaultRun, fault: Fault): Promise<void> {
  if (fault.isRecovered(run, await run.cluster.servers())) return;
  await waitForPair(run, (servers) => fault.isRecovered(run, servers));
}
