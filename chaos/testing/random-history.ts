import type { Call, Outcome } from '../history/call.ts';
import type { History, Operation } from '../history/history.ts';
import { operationId } from '../history/history.ts';
import { auditCalls } from '../workload/audit-walk.ts';
import type { Area } from '../workload/choose-call.ts';
import { chooseCall } from '../workload/choose-call.ts';
import { Knowledge } from '../workload/knowledge.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { seededRandom } from '../workload/seeded-random.ts';
import type { Fault } from './faulty-server.ts';
import { FaultyServer } from './faulty-server.ts';
import { NaiveFileSystem } from './naive-file-system.ts';

export interface Plan {
  readonly seed: number;
  readonly clients: number;
  readonly callsPerClient: number;
  /** Share of calls on the directory that all clients share. */
  readonly sharing: number;
  /** Probability that the outcome of a changing call stays unknown; such a call may be executed much later or never. */
  readonly unknown?: number;
  /** What a wrong server does with a call that changes something and would succeed; asked once for each. */
  readonly misbehave?: (call: Call, index: number) => Fault | undefined;
}

interface Pending {
  readonly client: number;
  readonly number: number;
  readonly call: Call;
  readonly area: Area;
  readonly begin: number;
}

const sharedNames = ['a', 'b', 'c', 'd', 'e'];

/**
 * A history as several concurrent clients of a correct server see it: each call takes effect at one moment between its
 * beginning and its end. The server misbehaves only where the plan says so.
 */
export function randomHistory(plan: Plan): History {
  const random = seededRandom(plan.seed, 'random history');
  const files = new NaiveFileSystem();
  const roots = [
    { ino: files.addRoot(), path: 'shared-0' },
    { ino: files.addRoot(), path: 'shared-1' },
    ...Array.from({ length: plan.clients }, (_, client) => ({
      ino: files.addRoot(),
      path: `own-${client}`,
    })),
  ];
  const inos = roots.map(({ ino }) => ino);
  const shared: Area = { knowledge: new Knowledge(inos.slice(0, 2)), names: sharedNames };
  const own = inos
    .slice(2)
    .map((ino): Area => ({ knowledge: new Knowledge([ino]), names: sharedNames }));

  const operations: Operation[] = [];
  let clock = 0;
  const tick = (): number => (clock += 1);
  const server = new FaultyServer(files, plan.misbehave);
  const execute = (pending: Pending): Outcome => server.execute(pending.call, operationId(pending));
  const finish = (pending: Pending, outcome: Outcome): void => {
    pending.area.knowledge.learn(pending.call, outcome);
    const responded = outcome.status === 'unknown' ? undefined : tick();
    operations.push({
      client: pending.client,
      number: pending.number,
      call: pending.call,
      invokedMicroseconds: pending.begin,
      respondedMicroseconds: responded,
      outcome,
    });
  };

  const clients = Array.from({ length: plan.clients }, (_, client) => ({
    client,
    number: 0,
    pending: undefined as Pending | undefined,
    outcome: undefined as Outcome | undefined,
  }));
  const stray: Pending[] = [];
  const isBusy = (state: (typeof clients)[number]): boolean =>
    state.pending !== undefined || state.number < plan.callsPerClient;

  for (let busy = clients.filter(isBusy); busy.length > 0; busy = clients.filter(isBusy)) {
    const state = random.pick(busy);
    const { pending } = state;
    if (pending === undefined) {
      state.number += 1;
      const area = random.fraction() < plan.sharing ? shared : (own[state.client] ?? shared);
      const call = chooseCall(random, area);
      state.pending = { client: state.client, number: state.number, call, area, begin: tick() };
    } else if (random.fraction() < (plan.unknown ?? 0)) {
      // The client gives up before it knows; the call may be on its way for long.
      if (state.outcome === undefined && random.fraction() < 0.7) stray.push(pending);
      finish(pending, { status: 'unknown' });
      state.pending = undefined;
      state.outcome = undefined;
    } else if (state.outcome === undefined) {
      state.outcome = execute(pending);
    } else {
      finish(pending, state.outcome);
      state.pending = undefined;
      state.outcome = undefined;
    }
    executeSomeStray(random, stray, execute);
  }

  audit(files, inos, plan.clients, operations, tick);
  return {
    header: {
      run: '00c0ffee',
      seed: plan.seed,
      registration: true,
      roots,
      auditor: plan.clients,
      clients: [],
    },
    operations,
    disturbances: [],
    takeovers: [],
    crashes: [],
  };
}

function executeSomeStray(
  random: SeededRandom,
  stray: Pending[],
  execute: (pending: Pending) => Outcome,
): void {
  if (stray.length === 0 || random.fraction() > 0.1) return;
  const [pending] = stray.splice(random.integer(0, stray.length - 1), 1);
  if (pending !== undefined) execute(pending);
}

function audit(
  files: NaiveFileSystem,
  roots: readonly number[],
  client: number,
  operations: Operation[],
  tick: () => number,
): void {
  let number = 0;
  const walk = auditCalls(roots);
  for (let next = walk.next(); next.done !== true; ) {
    number += 1;
    const call = next.value;
    const begin = tick();
    const outcome = files.execute(call, '');
    operations.push({
      client,
      number,
      call,
      invokedMicroseconds: begin,
      respondedMicroseconds: tick(),
      outcome,
    });
    next = walk.next(outcome);
  }
}
