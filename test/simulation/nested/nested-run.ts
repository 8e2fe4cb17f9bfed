import { delay } from '../../../environment/clock.ts';
import { audit } from '../../../examples/audit-log/audit-service.ts';
import { documentFiles } from '../../../examples/audit-log/documents-service.ts';
import { AuditProgramV1Client } from '../../../examples/audit-log/generated/audit.ts';
import { DocumentsProgramV1Client } from '../../../examples/audit-log/generated/documents.ts';
import { compare, readLog } from '../../../examples/audit-log/writing.ts';
import { nestedCalls } from '../../../pa/server/nested/records.ts';
import { clientRecords, registeredReplies } from '../../../pa/server/records.ts';
import { systemPrefix } from '../../../stable-area/keys.ts';
import { makePaClient, type SimulatedClient } from '../cluster/clients.ts';
import { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { FaultInjector } from '../faults/fault-injector.ts';
import { type RunOptions, type RunResult, runToEnd, type Story } from '../one-run.ts';
import { leaseSweepMs } from '../world.ts';
import { drawNestedWorld, type NestedWorld } from './nested-world.ts';
import { documentsAlias, Writer } from './writer.ts';

const auditAlias = 'audit';
/** From one pair's seed to the other's: further than processes are numbered. */
const seedStep = 1_000;
/** Longer than it takes to connect again, and to ask for what was lost with a connection. */
const orphansMs = 15_000;
const stepsMin = 100_000;
const stepsPerTakeover = 4_000;
const allKeys = { from: systemPrefix, to: '\xff', limit: Number.MAX_SAFE_INTEGER };

/**
 * A world of two pairs: every PUT at `documents` calls APPEND at `audit`, as the example does. What was acknowledged is in the
 * log once, in order, whoever of both pairs is killed, stopped or cut off; and nothing hangs.
 */
export function runNestedSimulation(options: RunOptions): Promise<RunResult> {
  const { seed, recentMax = 0 } = options;
  const world = drawNestedWorld(seed);
  const takeovers = Math.ceil(options.takeovers * world.takeoversShare);
  const story = new NestedStory(world, takeovers, recentMax);
  return runToEnd(seed, story, stepsMin + stepsPerTakeover * takeovers);
}

class NestedStory implements Story {
  readonly clusters: readonly [SimulatedCluster, SimulatedCluster];
  readonly listings = 0;
  calls = 0;
  readonly #world: NestedWorld;
  readonly #takeovers: number;
  readonly #faults: readonly FaultInjector[];
  readonly #writers: readonly Writer[];
  #isOver = false;
  #wrong: readonly string[] = [];

  constructor(world: NestedWorld, takeovers: number, recentMax: number) {
    const { cluster, nodes, faults, pace } = world;
    this.#world = world;
    this.#takeovers = takeovers;
    const caller = new SimulatedCluster({
      ...cluster,
      recentMax,
      serves: { alias: documentsAlias, services: documentFiles },
    });
    const called = new SimulatedCluster({
      ...cluster,
      seed: cluster.seed + seedStep,
      beside: caller,
      serves: { alias: auditAlias, services: audit },
    });
    this.clusters = [caller, called];
    const clients = Array.from({ length: world.writers }, (_, index) => `client-${index}`);
    this.#writers = clients.map(
      (name) =>
        new Writer({
          cluster: caller,
          name,
          random: caller.scheduler.random.fork(name),
          documentsEach: world.documentsEach,
          lifeMsMax: world.writerLifeMsMax,
          isOver: () => this.#isOver,
        }),
    );
    for (const each of this.clusters) {
      each.isUnderLoad = () => this.#writers.some(({ isWaiting }) => isWaiting);
    }
    this.#faults = [
      new FaultInjector(caller, faults[0], pace, {
        name: documentsAlias,
        machines: [...nodes[1], ...clients],
      }),
      new FaultInjector(called, faults[1], pace, { name: auditAlias, machines: nodes[0] }),
    ];
  }

  async live(): Promise<void> {
    const [caller, called] = this.clusters;
    const [callers, others] = this.#world.nodes;
    for (const node of callers) caller.startServer(node);
    for (const node of others) called.startServer(node);
    const writing = this.#writers.map((writer) => writer.run());
    const isEnough = (): boolean => caller.takeovers + called.takeovers >= this.#takeovers;
    await Promise.all(this.#faults.map((faults) => faults.run(isEnough)));
    this.#isOver = true;
    await Promise.all(writing);
    await this.#audit();
    this.#wrong = [
      ...this.#wrong,
      ...(await findLeft(documentsAlias, caller, this.#world, 0)),
      // An alias that calls another one is its client for ever.
      ...(await findLeft(auditAlias, called, this.#world, 1)),
    ];
  }

  verdict(): readonly string[] {
    return this.#wrong;
  }

  describe(): string {
    const waiting = this.#writers.map((writer) => writer.describe());
    return [...waiting, ...this.clusters.map((cluster) => cluster.describe())].join('\n');
  }

  async #audit(): Promise<void> {
    const told = new Map(this.#writers.flatMap((writer) => [...writer.told]));
    const orphans = new Set(this.#writers.flatMap((writer) => [...writer.orphans]));
    for (const positions of told.values()) this.calls += positions.length;
    const auditor = makePaClient(this.clusters[0], 'auditor');
    // What a writer was killed in goes on without it.
    if (orphans.size > 0) await delay(auditor.process.timers, orphansMs);
    const log = await readLog(new AuditProgramV1Client(aliasOf(auditor, auditAlias)));
    const documents = new DocumentsProgramV1Client(aliasOf(auditor, documentsAlias));
    this.#wrong = await compare(documents, log, told, orphans);
    for (const { client } of this.#writers) await client?.close();
    await auditor.close();
  }
}

function aliasOf({ pa, process }: SimulatedClient, alias: string) {
  if (pa === undefined) throw new Error(`${process.name} is no PA client`);
  return pa.alias(alias);
}

/** What is left in one area when all clients have gone and the leases of lives that nobody ended are over. */
async function findLeft(
  alias: string,
  cluster: SimulatedCluster,
  { cluster: { settings } }: NestedWorld,
  clientsMax: number,
): Promise<string[]> {
  const { primary, members } = cluster;
  for (const member of members.values()) if (member !== primary) member.process.kill();
  if (primary?.engine === undefined) return [`nobody serves ${alias} at the end`];
  await delay(primary.process.timers, settings.leaseMs + leaseSweepMs);
  const stored = await primary.engine.range(allKeys);
  const leftMax = [
    [nestedCalls.prefix, 0],
    [registeredReplies.prefix, 0],
    [clientRecords.prefix, clientsMax],
  ] as const;
  return leftMax.flatMap(([prefix, max]) => {
    const count = stored.filter(({ key }) => key.startsWith(prefix)).length;
    return count > max
      ? [`${alias} has ${count} records ${JSON.stringify(prefix)} at the end`]
      : [];
  });
}
