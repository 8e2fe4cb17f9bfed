import type {
  Datagram,
  Endpoint,
  Listener,
  Network,
  Stream,
} from '../../../environment/network.ts';
import { reaches, systemError } from '../../../environment/testing/memory-address.ts';
import type { SeededRandom } from '../../../chaos/workload/seeded-random.ts';
import type { Scheduler } from '../core/scheduler.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';
import { SimulatedStream, type StreamObserver } from './simulated-stream.ts';

export interface NetworkFaults {
  /** Milliseconds from one process to another. */
  latencyMs(): number;
  /** How often a datagram arrives: 0 where it is lost, 2 where it is doubled. */
  datagramCopies(): number;
  /** How late a copy of a datagram is, beyond the latency: so others overtake it. */
  datagramDelayMs(): number;
}

interface Accepting {
  readonly owner: SimulatedProcess;
  readonly at: Endpoint;
  readonly accept: (stream: Stream) => void;
}

interface Receiving {
  readonly owner: SimulatedProcess;
  readonly at: Endpoint;
  readonly receive: (datagram: Datagram) => void;
}

const firstFreePort = 20_000;

/** One network for all processes, on which one address has all ports. */
export class SimulatedNetwork {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #faults: NetworkFaults;
  readonly #accepting = new Map<number, Accepting>();
  readonly #receiving = new Map<number, Receiving>();
  readonly #streams = new Set<SimulatedStream>();
  /** `a>b`: nothing that a sends arrives at b before this time. */
  readonly #cuts = new Map<string, number>();
  #nextPort = firstFreePort;
  /** Watches the end of a connection that was accepted. */
  observe: ((accepted: SimulatedStream) => StreamObserver | undefined) | undefined;
  /** Watches what a datagram listener is given and sends. */
  observeDatagrams:
    | ((owner: SimulatedProcess, what: 'given' | 'sent', bytes: Buffer, peer: Endpoint) => void)
    | undefined;

  constructor(scheduler: Scheduler, random: SeededRandom, faults: NetworkFaults) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#faults = faults;
  }

  /** Messages from one process (by the first part of its name) to another are held for so long. */
  cut(from: string, to: string, forMs: number): void {
    this.#cuts.set(`${from}>${to}`, this.#scheduler.nowMs + forMs);
  }

  /** Breaks one connection by chance. */
  resetOne(): void {
    const open = [...this.#streams].filter((stream) => !stream.isClosed);
    if (open.length > 0) this.#random.pick(open).reset();
  }

  /** Breaks every connection of one process. */
  resetAll(owner: SimulatedProcess): void {
    for (const stream of this.#streams) if (stream.owner === owner) stream.reset();
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** The part of one process. */
  of(process: SimulatedProcess, datagramPort?: number): Network {
    process.onDeath(() => this.#processDied(process));
    return {
      connect: (to, signal) => this.#connect(process, to, signal),
      listen: (at, accept) => this.#listen(process, at, accept),
      connectDatagrams: (to, events) => {
        const local = { host: to.host, port: datagramPort ?? this.#takePort() };
        this.#receiving.set(local.port, {
          owner: process,
          at: local,
          receive: ({ bytes }) => events.received(bytes),
        });
        return Promise.resolve({
          local,
          remote: to,
          send: (buffers) => this.#sendDatagram(process, Buffer.concat(buffers), local, to),
          close: () => {
            this.#receiving.delete(local.port);
          },
        });
      },
      listenDatagrams: (at, receive) => {
        const port = at.port === 0 ? this.#takePort() : at.port;
        if (process.isDead || this.#receiving.has(port)) {
          return Promise.reject(systemError('EADDRINUSE', at));
        }
        const address = { host: at.host, port };
        const receiving: Receiving = {
          owner: process,
          at: address,
          receive: (datagram) => {
            this.observeDatagrams?.(process, 'given', datagram.bytes, datagram.peer);
            receive(datagram);
          },
        };
        this.#receiving.set(port, receiving);
        return Promise.resolve({
          address,
          unsentBytes: 0,
          send: (buffers, from, to) => {
            if (process.isDead || this.#receiving.get(port) !== receiving) return;
            const bytes = Buffer.concat(buffers);
            this.observeDatagrams?.(process, 'sent', bytes, to);
            this.#sendDatagram(process, bytes, from, to);
          },
          close: () => {
            if (this.#receiving.get(port) === receiving) this.#receiving.delete(port);
            return Promise.resolve();
          },
        });
      },
    };
  }

  #connect(process: SimulatedProcess, to: Endpoint, signal?: AbortSignal): Promise<Stream> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const refuse = (code: string): void => {
        if (isOver) return;
        isOver = true;
        reject(systemError(code, to));
      };
      if (signal?.aborted === true) {
        refuse('ABORT_ERR');
        return;
      }
      signal?.addEventListener('abort', () => refuse('ABORT_ERR'));
      const target = this.#accepting.get(to.port)?.owner;
      if (process.isDead) return;
      this.#scheduler.plan(undefined, this.#delayMs(process, target), 'connect', () => {
        const listener = this.#accepting.get(to.port);
        const backMs = this.#delayMs(listener?.owner ?? target, process);
        if (listener === undefined || !reaches(listener.at.host, to.host)) {
          this.#scheduler.plan(process, backMs, 'refused', () => refuse('ECONNREFUSED'));
          return;
        }
        const from = { host: to.host, port: this.#takePort() };
        const near = this.#stream(process, from, to);
        const far = this.#stream(listener.owner, to, from);
        SimulatedStream.join(near, far);
        far.observer = this.observe?.(far);
        this.#scheduler.plan(listener.owner, 0, 'accept', () => listener.accept(far));
        // Nothing that the other end sends is given before `start`.
        this.#scheduler.plan(process, backMs, 'connected', () => {
          if (isOver) near.destroy();
          isOver = true;
          resolve(near);
        });
      });
    });
  }

  #listen(
    process: SimulatedProcess,
    at: Endpoint,
    accept: (stream: Stream) => void,
  ): Promise<Listener> {
    const port = at.port === 0 ? this.#takePort() : at.port;
    if (process.isDead || this.#accepting.has(port)) {
      return Promise.reject(systemError('EADDRINUSE', at));
    }
    const accepting = { owner: process, at, accept };
    this.#accepting.set(port, accepting);
    return Promise.resolve({
      address: { host: at.host, port },
      close: () => {
        if (this.#accepting.get(port) === accepting) this.#accepting.delete(port);
        return Promise.resolve();
      },
    });
  }

  #stream(owner: SimulatedProcess, local: Endpoint, remote: Endpoint): SimulatedStream {
    const stream: SimulatedStream = new SimulatedStream(
      owner,
      local,
      remote,
      (from, label, arrived) => {
        const to = from.peer?.owner;
        if (to === undefined || to.isDead) return;
        // What a process still does in the turn in which it dies nobody hears of; but its system closes what it had.
        if (from.owner.isDead && label !== 'reset') return;
        const atMs = Math.max(
          from.lastArrivalMs,
          this.#scheduler.nowMs + this.#delayMs(from.owner, to),
        );
        from.lastArrivalMs = atMs;
        this.#scheduler.plan(to, atMs - this.#scheduler.nowMs, label, arrived);
        if (label === 'reset') this.#streams.delete(from);
      },
      // It knows the other end, and that all of a process that may be dead.
      (closed) => this.#streams.delete(closed),
    );
    this.#streams.add(stream);
    return stream;
  }

  #sendDatagram(process: SimulatedProcess, bytes: Buffer, peer: Endpoint, to: Endpoint): void {
    if (process.isDead) return;
    for (let copies = this.#faults.datagramCopies(); copies > 0; copies -= 1) {
      const target = this.#receiving.get(to.port)?.owner;
      const delayMs = this.#delayMs(process, target) + this.#faults.datagramDelayMs();
      this.#scheduler.plan(undefined, delayMs, 'datagram', () => {
        const receiver = this.#receiving.get(to.port);
        if (receiver === undefined) return;
        this.#scheduler.plan(receiver.owner, 0, 'received', () => {
          // Whoever closed meanwhile is not disturbed.
          if (this.#receiving.get(to.port) !== receiver) return;
          receiver.receive({ bytes: Buffer.from(bytes), peer, local: to });
        });
      });
    }
  }

  /** Whose name has `.` in it is one life of what is before it. */
  #delayMs(from: SimulatedProcess | undefined, to: SimulatedProcess | undefined): number {
    const latencyMs = this.#faults.latencyMs();
    if (from === undefined || to === undefined || this.#cuts.size === 0) return latencyMs;
    const cutMs = this.#cuts.get(`${machineOf(from)}>${machineOf(to)}`) ?? 0;
    return Math.max(0, cutMs - this.#scheduler.nowMs) + latencyMs;
  }

  #processDied(process: SimulatedProcess): void {
    for (const map of [this.#accepting, this.#receiving]) {
      for (const [port, { owner }] of map) if (owner === process) map.delete(port);
    }
    for (const stream of this.#streams) {
      if (stream.owner !== process) continue;
      this.#streams.delete(stream);
      stream.hasLostAll = this.#random.fraction() < 0.5;
      stream.resetPeer();
    }
  }

  #takePort(): number {
    this.#nextPort += 1;
    return this.#nextPort - 1;
  }
}

function machineOf({ name }: SimulatedProcess): string {
  return name.split('.')[0] ?? name;
}
