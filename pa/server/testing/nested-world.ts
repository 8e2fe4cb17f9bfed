import type { Listener, Network, Stream } from '../../../environment/network.ts';
import { manualClock } from '../../../environment/testing/manual-clock.ts';
import { type MemoryNetwork, memoryNetwork } from '../../../environment/testing/memory-network.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import { PairProgramV1 } from '../../../protocol/generated/pa.ts';
import { createPaClient, type PaClient } from '../../client/pa-client.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import type { Failpoint } from '../failpoints.ts';
import { RelayV1, relayServices } from './relay-service.ts';
import { TestCluster, type TestNode } from './test-node.ts';

/** Tells of everything that is written to a connection, but for what the processes of a pair say to each other. */
class TappedNetwork implements MemoryNetwork {
  readonly #memory: MemoryNetwork;
  readonly #tap: () => void;
  /** Connections of pairs, by the port that dialled. */
  readonly #pairs = new Set<number>();

  constructor(memory: MemoryNetwork, tap: () => void) {
    this.#memory = memory;
    this.#tap = tap;
  }

  async connect(...args: Parameters<Network['connect']>): Promise<Stream> {
    const stream = await this.#memory.connect(...args);
    return this.#tapped(stream, stream.local.port);
  }

  listen(at: Listener['address'], accept: (stream: Stream) => void): Promise<Listener> {
    return this.#memory.listen(at, (stream) => {
      accept(this.#tapped(stream, stream.remote.port));
    });
  }

  connectDatagrams(...args: Parameters<Network['connectDatagrams']>) {
    return this.#memory.connectDatagrams(...args);
  }

  listenDatagrams(...args: Parameters<Network['listenDatagrams']>) {
    return this.#memory.listenDatagrams(...args);
  }

  reset(): void {
    this.#memory.reset();
  }

  get openStreams(): number {
    return this.#memory.openStreams;
  }

  #tapped(stream: Stream, dialler: number): Stream {
    return {
      local: stream.local,
      remote: stream.remote,
      start: (events) => stream.start(events),
      write: (buffers) => {
        // RFC 5531 §9 and §11: record mark, xid, CALL, version, program.
        const head = Buffer.concat(buffers.slice(0, 2));
        const program = head.length >= 20 ? head.readUInt32BE(16) : 0;
        if (program === PairProgramV1.program) this.#pairs.add(dialler);
        if (!this.#pairs.has(dialler)) this.#tap();
        return stream.write(buffers);
      },
      get bufferedBytes() {
        return stream.bufferedBytes;
      },
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      end: () => stream.end(),
      destroy: () => stream.destroy(),
    };
  }
}

const stepMs = 20;
const stepsMax = 5_000;

/** Aliases that call each other, each a pair of processes that are started again when they were killed, and a client. */
export class NestedWorld {
  readonly time = manualClock();
  readonly network: MemoryNetwork;
  readonly directory = new MemoryDirectory(this.time.timers);
  readonly client: PaClient;
  /** Messages between clients and servers so far; aliases are clients too. */
  messages = 0;
  /** Called before each of them is sent. */
  onMessage: (count: number) => void = () => undefined;
  onPoint: (alias: string, point: Failpoint) => void = () => undefined;
  /** Whether those that were killed are started again. */
  revives = true;
  readonly #clusters = new Map<string, TestCluster>();
  /** By the name of the node, e.g. `a1`; undefined: killed, and not started again yet. */
  readonly #nodes = new Map<string, TestNode | undefined>();
  readonly #leaseMs: number;

  private constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
    const memory = memoryNetwork(this.time.timers);
    this.network = new TappedNetwork(memory, () => {
      this.messages += 1;
      this.onMessage(this.messages);
    });
    const { clock, timers } = this.time;
    const random = seededRandom(99);
    const environment = { clock, timers, network: this.network, random };
    this.client = createPaClient({ environment, directory: this.directory });
  }

  static async start(aliases: readonly string[], leaseMs = 600_000): Promise<NestedWorld> {
    const world = new NestedWorld(leaseMs);
    for (const alias of aliases) {
      world.#clusters.set(alias, new TestCluster(world));
      for (const number of [1, 2]) {
        await world.#start(`${alias}${number}`);
        await world.time.advance(200);
      }
    }
    return world;
  }

  cluster(alias: string): TestCluster {
    const cluster = this.#clusters.get(alias);
    if (cluster === undefined) throw new Error(`there is no "${alias}"`);
    return cluster;
  }

  primary(alias: string): TestNode | undefined {
    for (const [name, node] of this.#nodes) {
      if (name.startsWith(alias) && node?.volume.status().role === 'primary') return node;
    }
    return undefined;
  }

  /** Kills whoever serves the alias; it is started again a little later. */
  kill(alias: string): void {
    const primary = this.primary(alias);
    if (primary === undefined) return;
    this.#nodes.set(primary.node, undefined);
    void primary.kill();
  }

  /** Ends the whole pair. */
  killAll(alias: string): void {
    this.kill(alias);
    for (const [name, node] of this.#nodes) {
      if (name.startsWith(alias) && node !== undefined) {
        this.#nodes.set(name, undefined);
        void node.kill();
      }
    }
  }

  /** Whoever serves the alias stands still, for longer than it takes to be replaced. */
  stop(alias: string): void {
    const primary = this.primary(alias);
    if (primary === undefined) return;
    primary.stop();
    this.time.timers.after(8_000, () => primary.resume());
  }

  call(procedure: 'pass' | 'twice' | 'failLate', text: string, alias = 'a'): Promise<string> {
    const { procedures } = RelayV1;
    return this.client.alias(alias).call(RelayV1, procedures[procedure], text);
  }

  /** What was written at an alias, sorted: calls may overtake each other. */
  async lines(alias: string): Promise<string[]> {
    const calling = this.client.alias(alias).call(RelayV1, RelayV1.procedures.lines, undefined);
    return (await this.ended(calling)).split('\n').sort();
  }

  /** Lets time pass until this has settled, and starts again whoever was killed. */
  async ended<T>(promise: Promise<T>): Promise<T> {
    const state = { done: false };
    promise
      .catch(() => undefined)
      .finally(() => {
        state.done = true;
      });
    for (let steps = 0; !state.done; steps += 1) {
      if (steps > stepsMax) throw new Error('a call is not answered');
      await this.pass(stepMs);
    }
    return promise;
  }

  async pass(ms: number): Promise<void> {
    await this.time.advance(ms);
    if (!this.revives) return;
    for (const [name, node] of this.#nodes) if (node === undefined) await this.#start(name);
  }

  /** Keys below this prefix that an alias holds durably. */
  kept(alias: string, prefix: string): string[] {
    const { epochs, highestEpoch } = this.cluster(alias).disk;
    const range = { from: prefix, to: `${prefix}\xff`, limit: 10_000 };
    return (
      epochs
        .get(highestEpoch)
        ?.records.range(range)
        .map(({ key }) => key) ?? []
    );
  }

  async end(): Promise<void> {
    this.onMessage = () => undefined;
    this.onPoint = () => undefined;
    for (const node of this.#nodes.values()) await node?.kill();
    const closing = this.client.close();
    await this.time.advance(1_000);
    await closing;
  }

  async #start(name: string): Promise<void> {
    const alias = name.slice(0, -1);
    const node = await this.cluster(alias).start(name, {
      alias,
      services: relayServices,
      leaseMs: this.#leaseMs,
      failpoints: {
        pass: (point) => {
          if (this.#nodes.get(name) === node) this.onPoint(alias, point);
        },
      },
    });
    this.#nodes.set(name, node);
  }
}
