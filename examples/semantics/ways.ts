import { delay } from '../../environment/clock.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import { createPaClient, type PaClient, type PortDirectory } from '../../pa/index.ts';
import { connectRpc, type RpcClient } from '../../rpc/index.ts';
import { CounterProgramV1Client, type CrashPoint } from './generated/counter.ts';

/** What a caller knows of one addition at the end. */
export type Outcome = 'added' | 'given up';

/** One way to call a counter that may die at any time. */
export interface Way {
  /** `harm`: called just before the message leaves. */
  add(harm?: () => void): Promise<Outcome>;
  total(): Promise<number>;
  /** The server dies at the next addition. */
  arm(point: CrashPoint): Promise<void>;
  close(): Promise<void>;
}

const againMs = 20;
const caller = 'ann';

/**
 * A plain RPC client that sends a call again until it is answered. `mostOnce`: but not to another life of the server,
 * which does not remember what the last one did.
 */
export class PlainWay implements Way {
  readonly #at: Endpoint;
  readonly #environment: Environment;
  readonly #mostOnce: boolean;
  #connection: { readonly rpc: RpcClient; readonly life: number } | undefined;
  #number = 0;

  constructor(at: Endpoint, environment: Environment, mostOnce: boolean) {
    this.#at = at;
    this.#environment = environment;
    this.#mostOnce = mostOnce;
  }

  async add(harm: () => void = () => undefined): Promise<Outcome> {
    this.#number += 1;
    const addition = { caller, number: this.#number, amount: 1 };
    let harmed = false;
    let firstLife: number | undefined;
    const outcome = await this.#again((client, life): Promise<Outcome> => {
      firstLife ??= life;
      if (this.#mostOnce && life !== firstLife) return Promise.resolve('given up');
      if (!harmed) harm();
      harmed = true;
      return client.add(addition).then(() => 'added');
    });
    return outcome;
  }

  total(): Promise<number> {
    return this.#again((client) => client.total(undefined));
  }

  arm(point: CrashPoint): Promise<void> {
    return this.#again((client) => client.arm(point));
  }

  close(): Promise<void> {
    this.#connection?.rpc.close();
    return Promise.resolve();
  }

  async #again<T>(work: (client: CounterProgramV1Client, life: number) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const { rpc, life } = await this.#connected();
        return await work(new CounterProgramV1Client(rpc), life);
      } catch {
        this.#connection?.rpc.close();
        this.#connection = undefined;
        await delay(this.#environment.timers, againMs);
      }
    }
  }

  async #connected(): Promise<{ readonly rpc: RpcClient; readonly life: number }> {
    if (this.#connection?.rpc.channel.isClosed === false) return this.#connection;
    const rpc = await connectRpc(this.#at, this.#environment);
    const life = await new CounterProgramV1Client(rpc).life(undefined);
    this.#connection = { rpc, life };
    return this.#connection;
  }
}

/** A client of PA: it is asked once, and answered once. */
export class PairWay implements Way {
  readonly #client: PaClient;
  readonly #counter: CounterProgramV1Client;

  constructor(environment: Environment, directory: PortDirectory, alias: string) {
    this.#client = createPaClient({ environment, directory });
    this.#counter = new CounterProgramV1Client(this.#client.alias(alias));
  }

  async add(harm: () => void = () => undefined): Promise<Outcome> {
    harm();
    await this.#counter.add({ caller, number: 0, amount: 1 });
    return 'added';
  }

  total(): Promise<number> {
    return this.#counter.total(undefined);
  }

  arm(point: CrashPoint): Promise<void> {
    return this.#counter.arm(point);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
