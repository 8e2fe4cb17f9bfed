import { HashtableProgV1Client } from '../../../examples/hash-table/generated/hashtable.ts';
import { RegisterChecker } from '../checkers/register-checker.ts';
import type { SimulatedClient } from './clients.ts';

/** So many that those of small caches are loaded again and again. */
const keysMax = 40;

/** Writes ascending numbers into records and reads them meanwhile, in calls that arrive at the server together. */
export class TableWork {
  readonly #client: SimulatedClient;
  readonly #checker = new RegisterChecker();
  #written = 0;

  constructor(client: SimulatedClient) {
    this.#client = client;
  }

  get findings(): readonly string[] {
    return this.#checker.findings;
  }

  async run(isOver: () => boolean): Promise<void> {
    const { random } = this.#client.process;
    while (!isOver()) {
      const key = `key-${Math.floor(random.fraction() * keysMax)}`;
      await Promise.all([this.#read(key), this.#write(key)]);
      await this.#read(key);
    }
  }

  async #read(key: string): Promise<void> {
    const answered = this.#checker.reads(key);
    answered(await new HashtableProgV1Client(this.#client.caller).getvalue(key));
  }

  async #write(key: string): Promise<void> {
    this.#written += 1;
    const value = this.#written;
    const answered = this.#checker.writes(key, value);
    await new HashtableProgV1Client(this.#client.caller).put({ key, value });
    answered();
  }
}
