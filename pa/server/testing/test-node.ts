import type { Environment } from '../../../environment/environment.ts';
import type {
  DatagramListener,
  DatagramSocket,
  Listener,
  Network,
  Stream,
} from '../../../environment/network.ts';
import { type ManualClock, manualClock } from '../../../environment/testing/manual-clock.ts';
import { type MemoryNetwork, memoryNetwork } from '../../../environment/testing/memory-network.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import { type MemoryArea, openMemoryArea } from '../../../stable-area/memory/memory-area.ts';
import { MemoryDisk } from '../../../stable-area/memory/memory-disk.ts';
import type { Port } from '../../directory/port.ts';
import type { PortDirectory } from '../../directory/port-directory.ts';
import type { PairProcess, VolumeEvent, VolumeHost, VolumeHostOptions } from '../host.ts';
import { startPairProcess } from '../pair-process.ts';
import { namesServices } from './names-service.ts';

/** One process's part of the network: what the system closes when it dies, and what stands still while it is stopped. */
class NodeNetwork implements Network {
  readonly #shared: Network;
  readonly #streams = new Set<Stream>();
  readonly #listeners = new Set<Listener | DatagramListener>();
  /** Datagrams that came while it was stopped; undefined while it runs. */
  #late: (() => void)[] | undefined;
  #isDead = false;

  constructor(shared: Network) {
    this.#shared = shared;
  }

  async connect(...args: Parameters<Network['connect']>): Promise<Stream> {
    const stream = await this.#shared.connect(...args);
    if (this.#isDead) {
      stream.destroy();
      return new Promise(() => undefined);
    }
    this.#streams.add(stream);
    return stream;
  }

  async listen(at: Listener['address'], accept: (stream: Stream) => void): Promise<Listener> {
    const listener = await this.#shared.listen(at, (stream) => {
      this.#streams.add(stream);
      accept(stream);
    });
    this.#listeners.add(listener);
    return listener;
  }

  connectDatagrams(...args: Parameters<Network['connectDatagrams']>): Promise<DatagramSocket> {
    return this.#shared.connectDatagrams(...args);
  }

  async listenDatagrams(
    ...[at, receive]: Parameters<Network['listenDatagrams']>
  ): Promise<DatagramListener> {
    const listener = await this.#shared.listenDatagrams(at, (datagram) => {
      if (this.#late === undefined) receive(datagram);
      else this.#late.push(() => receive(datagram));
    });
    this.#listeners.add(listener);
    return listener;
  }

  /** Nothing that still runs in the process's name gets a word out. */
  async die(): Promise<void> {
    this.#isDead = true;
    for (const stream of this.#streams) stream.destroy();
    for (const listener of this.#listeners) await listener.close();
  }

  stop(): void {
    this.#late = [];
    for (const stream of this.#streams) stream.pause();
  }

  resume(): void {
    for (const stream of this.#streams) stream.resume();
    const late = this.#late ?? [];
    this.#late = undefined;
    for (const deliver of late) deliver();
  }
}

export interface TestNode {
  readonly node: string;
  readonly process: PairProcess;
  readonly volume: VolumeHost;
  readonly area: MemoryArea;
  readonly events: VolumeEvent[];
  /** As SIGKILL: nothing of it runs any more, and the system closes its sockets. */
  kill(): Promise<void>;
  /** As SIGSTOP: connections to it are accepted by the system, and nobody answers. */
  stop(): void;
  /** As SIGCONT: what came meanwhile is there. */
  resume(): void;
}

/** What the clusters of several aliases share. */
export interface SharedWorld {
  readonly time: ManualClock;
  readonly network: MemoryNetwork;
  readonly directory: PortDirectory;
}

/** Processes of one pair over one stable area in memory, in one manual time. */
export class TestCluster {
  readonly time: ManualClock;
  readonly disk = new MemoryDisk();
  /** What PAM was told, in order. */
  readonly ports: Port[] = [];
  /** For clients. */
  readonly network: MemoryNetwork;
  readonly #shared: SharedWorld | undefined;
  #seed = 1;

  constructor(shared?: SharedWorld) {
    this.#shared = shared;
    this.time = shared?.time ?? manualClock();
    this.network = shared?.network ?? memoryNetwork(this.time.timers);
  }

  async start(node: string, options: Partial<VolumeHostOptions> = {}): Promise<TestNode> {
    const network = new NodeNetwork(this.network);
    const state = { alive: true, stopped: false, late: [] as (() => void)[] };
    const environment = this.#environment(network, state);
    const events: VolumeEvent[] = [];
    const process = await this.settled(
      startPairProcess({
        environment,
        node,
        identity: { pid: 1, startTime: '0', namespace: '0' },
        directory: this.#directory(),
        pairListen: { host: '127.0.0.1', port: 0 },
        observe: (_alias, event) => events.push(event),
      }),
    );
    const area = openMemoryArea(this.disk, environment);
    const volume = process.addVolume({
      alias: 'names',
      area,
      services: namesServices,
      listen: { host: '127.0.0.1', port: 0 },
      ...options,
    });
    return {
      node,
      process,
      volume,
      area,
      events,
      async kill() {
        state.alive = false;
        area.kill();
        await network.die();
      },
      stop() {
        state.stopped = true;
        network.stop();
      },
      resume() {
        state.stopped = false;
        network.resume();
        for (const callback of state.late.splice(0)) callback();
      },
    };
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    const state = { done: false };
    void promise.finally(() => {
      state.done = true;
    });
    for (let turns = 0; turns < 10_000 && !state.done; turns += 1) await this.time.advance(1);
    return promise;
  }

  #environment(
    network: Network,
    state: { alive: boolean; stopped: boolean; late: (() => void)[] },
  ): Environment {
    const { clock, timers } = this.time;
    this.#seed += 1;
    const whileAlive = (callback: () => void) => (): void => {
      if (!state.alive) return;
      if (state.stopped) state.late.push(callback);
      else callback();
    };
    return {
      clock,
      timers: {
        after: (delayMs, callback) => timers.after(delayMs, whileAlive(callback)),
        soon: (callback) => timers.soon(whileAlive(callback)),
      },
      random: seededRandom(this.#seed),
      network,
      folder: undefined as never,
    };
  }

  #directory(): PortDirectory {
    const shared = this.#shared?.directory;
    return {
      description: 'test',
      lookup: (alias) => shared?.lookup(alias) ?? Promise.resolve({ kind: 'unknown-alias' }),
      subscribe: (alias, onPort) => shared?.subscribe(alias, onPort) ?? { close: () => undefined },
      register: (alias, port) => {
        this.ports.push(port);
        const registered = { pam: 'test', outcome: { kind: 'registered' } } as const;
        return shared?.register(alias, port) ?? Promise.resolve([registered]);
      },
      close: () => undefined,
    };
  }
}
