import { strict as assert } from 'node:assert';
import type { Folder } from '../../environment/folder.ts';
import { createFenceCheck } from '../../stable-area/folder-area/fence.ts';
import { areaPaths, numbered } from '../../stable-area/folder-area/layout.ts';
import {
  type Change,
  type Confirmation,
  type Holder,
  type StableArea,
  StableAreaError,
} from '../../stable-area/stable-area.ts';
import { applyCommit, difference, type Model, rowsOf } from './model.ts';
import type { Order, Report, WriterSettings } from './protocol.ts';
import {
  counterKey,
  decodeCounter,
  encodeCounter,
  keyOf,
  operationsOf,
  slotOf,
  valueOf,
  versionIn,
} from './workload.ts';

/** Commits that are not durable yet, at most: enough for several batches, and a new log every few of them. */
const outstandingMax = 20;
/** Between two batches, so that several processes that write as fast as they can leave each other some time. */
const pauseMs = 1;
const recordsMax = 10_000;

/** One process's side of the torture. */
export class Writer {
  readonly #area: StableArea;
  readonly #folder: Folder;
  readonly #settings: WriterSettings;
  readonly #report: (said: Report) => void;
  #holder: Holder | undefined;
  #checkFence: () => Confirmation | Promise<Confirmation> = () => 'fenced';
  #model: Model = new Map();
  /** Commits of this epoch made so far, and the batch of each that is not durable. */
  #commits = 0;
  #durableCommits = 0;
  #batches: { readonly batch: number; readonly commit: number }[] = [];
  #isWriting = false;
  #idle: (() => void) | undefined;

  constructor(
    area: StableArea,
    folder: Folder,
    settings: WriterSettings,
    report: (said: Report) => void,
  ) {
    this.#area = area;
    this.#folder = folder;
    this.#settings = settings;
    this.#report = report;
  }

  async obey(order: Order): Promise<void> {
    switch (order.order) {
      case 'claim':
        await this.#claim(order.isDefiant);
        return;
      case 'write':
        this.#isWriting = true;
        this.#pump();
        return;
      case 'verify':
        await this.#verify();
        this.#report({ report: 'verified' });
        return;
      case 'leave':
        this.#report({ report: 'left', loss: await this.#leave() });
    }
  }

  /**
   * A defiant writer, which does not know that it is fenced, still has everything as it wrote it: what two directories
   * share is changed by neither. Only its directory may be gone by now.
   */
  async #leave(): Promise<string | undefined> {
    const holder = this.#holder;
    if (holder === undefined) return undefined;
    try {
      await this.#verify();
    } catch (error) {
      const isGone = error instanceof StableAreaError && error.code === 'STABLE_AREA_IO';
      if (!isGone && holder.loss?.kind !== 'failed') throw error;
      if (error instanceof StableAreaError && error.code === 'STABLE_AREA_CORRUPT') throw error;
    }
    this.#isWriting = false;
    this.#holder = undefined;
    const loss = holder.loss?.kind;
    await holder.close();
    return loss;
  }

  async #claim(isDefiant: boolean): Promise<void> {
    const outcome = await this.#area.claim({
      node: `p${process.pid}`,
      process: `p${process.pid}`,
      pairAddress: '',
      pid: process.pid,
      startTime: '',
      namespace: '',
    });
    if (outcome.kind === 'lost') {
      this.#report({ report: 'lost' });
      return;
    }
    const { holder } = outcome;
    const { epoch } = holder.claim;
    this.#holder = holder;
    this.#commits = 0;
    this.#durableCommits = 0;
    this.#batches = [];
    this.#isWriting = false;
    this.#checkFence = isDefiant ? await this.#ownCheck(epoch) : () => holder.confirm();
    holder.onDurable = (durableBatch) => this.#durable(durableBatch);
    holder.onLoss = (loss) => {
      if (loss.kind === 'closed') return;
      const message = loss.kind === 'failed' ? loss.cause.message : '';
      this.#report({ report: 'loss', kind: loss.kind, message });
      this.#idle?.();
    };
    this.#model = await this.#read(holder);
    const [counter] = await holder.getMany([counterKey]);
    this.#report({
      report: 'claimed',
      epoch,
      newest: decodeCounter(counter),
      rows: rowsOf(this.#model),
    });
  }

  /** The same check as the holder's, without the holder hearing of it: it goes on when it is fenced. */
  async #ownCheck(epoch: number): Promise<() => Confirmation | Promise<Confirmation>> {
    const paths = areaPaths(this.#settings.directory);
    const status = await this.#folder.status(numbered(paths.claims, epoch));
    assert(status !== undefined, 'the own claim is there');
    return createFenceCheck(this.#folder, paths, epoch, status.inode);
  }

  #pump(): void {
    const holder = this.#holder;
    while (
      this.#isWriting &&
      holder?.loss === undefined &&
      this.#commits - this.#durableCommits < outstandingMax
    ) {
      if (holder === undefined) return;
      this.#commits += 1;
      const batch = holder.commit(this.#changes(holder.claim.epoch, this.#commits));
      this.#batches.push({ batch, commit: this.#commits });
    }
  }

  #changes(epoch: number, commit: number): Change[] {
    const { seed } = this.#settings;
    const version = { epoch, commit };
    applyCommit(this.#model, seed, version);
    const changes = operationsOf(seed, version).map(({ slot, lengthBytes }): Change => {
      const value =
        lengthBytes === undefined ? undefined : valueOf(seed, version, slot, lengthBytes);
      return { key: keyOf(slot), value };
    });
    return [...changes, { key: counterKey, value: encodeCounter(version) }];
  }

  #durable(durableBatch: number): void {
    while (this.#batches[0] !== undefined && this.#batches[0].batch <= durableBatch) {
      this.#durableCommits = this.#batches.shift()?.commit ?? 0;
    }
    void this.#acknowledge(this.#durableCommits);
    setTimeout(() => this.#pump(), pauseMs);
    if (this.#durableCommits === this.#commits) this.#idle?.();
  }

  async #acknowledge(commit: number): Promise<void> {
    const holder = this.#holder;
    if (holder === undefined || commit === 0) return;
    let found: Confirmation;
    try {
      found = await this.#checkFence();
    } catch {
      found = 'fenced';
    }
    if (found === 'held') {
      this.#report({ report: 'acknowledged', epoch: holder.claim.epoch, commit });
    }
  }

  /** Reads every record and compares it with what this process found at its claim and wrote since. */
  async #verify(): Promise<void> {
    const holder = this.#holder;
    assert(holder !== undefined);
    const wasWriting = this.#isWriting;
    this.#isWriting = false;
    if (this.#durableCommits < this.#commits && holder.loss === undefined) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      this.#idle = undefined;
    }
    // What was lost to a later claim has nothing to be compared with.
    if (holder.loss?.kind === 'fenced') return;
    assert(holder.loss === undefined, `the holder was lost: ${holder.loss?.kind ?? ''}`);
    const problem = difference(rowsOf(this.#model), rowsOf(await this.#read(holder)));
    assert(problem === undefined, `epoch ${holder.claim.epoch}, its own records: ${problem ?? ''}`);
    this.#isWriting = wasWriting;
    this.#pump();
  }

  async #read(holder: Holder): Promise<Model> {
    const { seed } = this.#settings;
    const model: Model = new Map();
    const records = await holder.range({ from: '\x02s', to: '\x02t', limit: recordsMax });
    for (const { key, value } of records) {
      const slot = slotOf(key);
      model.set(slot, { ...versionIn(seed, slot, value), lengthBytes: value.length });
    }
    return model;
  }
}
