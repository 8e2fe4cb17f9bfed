import { DocumentsProgramV1Client } from '../../../examples/audit-log/generated/documents.ts';
import { writeVersions } from '../../../examples/audit-log/writing.ts';
import type { LifeLog } from '../../../pa/client/life-log.ts';
import type { SeededRandom } from '../../../chaos/workload/seeded-random.ts';
import { makePaClient, type SimulatedClient } from '../cluster/clients.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';

export const documentsAlias = 'documents';

export interface WriterOptions {
  readonly cluster: SimulatedCluster;
  readonly name: string;
  readonly random: SeededRandom;
  readonly documentsEach: number;
  readonly lifeMsMax: number | undefined;
  readonly isOver: () => boolean;
}

/** What all lives of one client know of each other; its file, in a real one. */
class Lives implements LifeLog {
  #last = 0;

  previous(): number {
    return this.#last;
  }

  began(_: string, incarnation: number): Promise<void> {
    this.#last = incarnation;
    return Promise.resolve();
  }
}

/** One client, whose process may be killed at any moment; the next one goes on in its name, with documents of its own. */
export class Writer {
  /** The positions that it was told, by document. */
  readonly told = new Map<string, bigint[]>();
  /** Documents of processes that were killed. */
  readonly orphans = new Set<string>();
  /** The process that lives. */
  client: SimulatedClient | undefined;
  readonly #options: WriterOptions;
  readonly #ui: Buffer;
  readonly #lives = new Lives();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#ui = Buffer.from(options.name.padEnd(16));
  }

  get isWaiting(): boolean {
    const status = this.client?.pa?.alias(documentsAlias).status();
    return status !== undefined && status.outstanding + status.queued > 0;
  }

  /** Until it is over: the last process ends with the calls that it is making then. */
  async run(): Promise<void> {
    for (let life = 1; (await this.#live(life)) === 'killed'; life += 1);
  }

  describe(): string {
    const { name } = this.#options;
    return `${name}: ${JSON.stringify(this.client?.pa?.alias(documentsAlias).status())}`;
  }

  async #live(life: number): Promise<'killed' | 'over'> {
    const { cluster, name, documentsEach, isOver } = this.#options;
    const client = makePaClient(cluster, name, { ui: this.#ui, lives: this.#lives });
    this.client = client;
    const documents = new DocumentsProgramV1Client(
      client.pa?.alias(documentsAlias) ?? client.caller,
    );
    const own = Array.from({ length: documentsEach }, (_, index) => `${name}-${life}-${index}`);
    const writing = own.map((document) => {
      const positions: bigint[] = [];
      this.told.set(document, positions);
      return writeVersions(documents, document, positions, isOver);
    });
    const ended = await Promise.race([
      Promise.all(writing).then(() => 'over' as const),
      this.#killed(client),
    ]);
    if (ended === 'killed') for (const document of own) this.orphans.add(document);
    return ended;
  }

  /** Never, where nothing is to happen to it. */
  #killed({ process }: SimulatedClient): Promise<'killed'> {
    const { cluster, lifeMsMax, random, isOver } = this.#options;
    return new Promise((resolve) => {
      if (lifeMsMax === undefined) return;
      cluster.scheduler.plan(undefined, random.fraction() * lifeMsMax, 'kill writer', () => {
        if (isOver()) return;
        process.kill();
        resolve('killed');
      });
    });
  }
}
