import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyCommit, difference, type Model, rowsOf } from './model.ts';
import type { Report } from './protocol.ts';
import { generator, type Version } from './workload.ts';
import type { WriterProcess } from './writer-process.ts';

export interface LaneStatistics {
  takeovers: number;
  killed: number;
  stopped: number;
  leftAlive: number;
  claimersKilled: number;
  commitsFound: number;
  claimMs: number[];
}

export interface LaneParts {
  readonly seed: number;
  /** Of the area. */
  readonly directory: string;
  /** Gives a writer that holds nothing, as new or one that has left. */
  readonly takeWriter: () => Promise<WriterProcess>;
  readonly giveBack: (writer: WriterProcess) => void;
  readonly statistics: LaneStatistics;
}

/** The longest that the driver lets things run before its next step. */
const pauseMsMax = 20;
/** A kill costs the start of a new process, which takes longer than all the rest. */
const faults = ['kill', 'stop', 'live'] as const;
const faultShares = [25, 35, 40];
/** Of so many takeovers, one has a claimer that is killed during its claim. */
const claimerKillEvery = 16;
const defiantPercent = 75;
/** How long the driver waits for the old holder to begin a table before it stops it anyway. */
const tableMsMax = 60;

/** One area, taken over again and again; knows at any time what it must hold. */
export class Lane {
  readonly #parts: LaneParts;
  readonly #next: () => number;
  #holder: WriterProcess | undefined;
  #epoch = 0;
  /** What the area held when the holder claimed it, and the commit that it ended with. */
  #model: Model = new Map();
  #newest: Version = { epoch: 0, commit: 0 };

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#next = generator(parts.seed);
  }

  /** Throws where anything is not as it must be. */
  async takeOver(): Promise<void> {
    const { takeWriter, giveBack, statistics } = this.#parts;
    const old = this.#holder;
    if (old?.failure !== undefined) throw new Error(`the holder failed: ${old.failure}`);
    const claimer = await takeWriter();
    if (old !== undefined) await this.#pause();

    const fault = old === undefined ? 'none' : this.#drawFault();
    if (fault === 'stop' && old !== undefined) await this.#stop(old);
    if (this.#next() % claimerKillEvery === 0) await this.#killClaimer();
    const startMs = performance.now();
    const claiming = this.#claim(claimer);
    if (old !== undefined) await this.#during(fault, old);
    const claimed = await claiming;
    statistics.claimMs.push(performance.now() - startMs);
    this.#compare(claimed, old);
    this.#holder = claimer;

    // The old one, unless it was killed, goes on writing while the new one does, and only then is all compared.
    claimer.tell({ order: 'write' });
    old?.wake();
    await this.#pause();
    await this.#pause();
    await claimer.order({ order: 'verify' }, 'verified');
    if (old !== undefined) {
      if (old.problem !== undefined) throw new Error(`the old holder: ${old.problem}`);
      if (!old.hasEnded) await old.order({ order: 'leave' }, 'left');
      giveBack(old);
    }
    statistics.takeovers += 1;
  }

  /** Nothing was written since the last commit is unread: a last claim by a new process sees all. */
  async finish(): Promise<void> {
    const old = this.#holder;
    if (old === undefined) return;
    await old.kill();
    const claimer = await this.#parts.takeWriter();
    this.#compare(await this.#claim(claimer), old);
    this.#holder = undefined;
    this.#parts.giveBack(old);
    this.#parts.giveBack(claimer);
  }

  /** Stops the holder; mostly while it writes a table, so that it goes on with that when it is woken. */
  async #stop(old: WriterProcess): Promise<void> {
    if (this.#next() % 4 > 0) {
      await new Promise<void>((resolve) => {
        const watcher = watch(join(this.#parts.directory, 'epochs', `${this.#epoch}`));
        const timer = setTimeout(() => end(), tableMsMax);
        const end = (): void => {
          old.stop();
          clearTimeout(timer);
          watcher.close();
          resolve();
        };
        watcher.on('change', (_event, name) => {
          if (String(name).endsWith('.ldb')) end();
        });
      });
    } else {
      old.stop();
    }
  }

  async #during(fault: string, old: WriterProcess): Promise<void> {
    const { statistics } = this.#parts;
    if (fault === 'kill') {
      if (this.#next() % 2 === 0) await this.#pause();
      await old.kill();
      statistics.killed += 1;
    } else if (fault === 'stop') {
      statistics.stopped += 1;
      // Woken in the middle of the copy, or when all is over.
      if (this.#next() % 2 === 0) {
        await this.#pause();
        old.wake();
      }
    } else {
      statistics.leftAlive += 1;
    }
  }

  /** A process that dies at some moment of its claim: the next one goes on from whatever it left. */
  async #killClaimer(): Promise<void> {
    const victim = await this.#parts.takeWriter();
    const claiming = this.#claim(victim).catch(() => undefined);
    await this.#pause();
    await victim.kill();
    await claiming;
    this.#parts.giveBack(victim);
    this.#parts.statistics.claimersKilled += 1;
  }

  async #claim(claimer: WriterProcess): Promise<Report> {
    const isDefiant = this.#next() % 100 < defiantPercent;
    return claimer.order({ order: 'claim', isDefiant }, 'claimed', 'lost');
  }

  /** What the new holder found is what the old one found, and its commits up to one that is not before the last acknowledged. */
  #compare(claimed: Report, old: WriterProcess | undefined): void {
    if (claimed.report !== 'claimed') throw new Error('a claim without a rival was lost');
    const { seed, statistics } = this.#parts;
    const { newest, rows, epoch } = claimed;
    const acknowledged = old?.acknowledged.epoch === this.#epoch ? old.acknowledged.commit : 0;
    const found = newest.epoch === this.#epoch ? newest.commit : 0;
    const where = `epoch ${epoch}, made from ${this.#epoch}`;
    if (found < acknowledged) {
      throw new Error(`${where}: ${acknowledged} commits were acknowledged, ${found} are there`);
    }
    const isOlder = newest.epoch === this.#newest.epoch && newest.commit === this.#newest.commit;
    if (newest.epoch !== this.#epoch && !isOlder) {
      throw new Error(`${where}: the last commit is ${newest.commit} of epoch ${newest.epoch}`);
    }
    for (let commit = 1; commit <= found; commit += 1) {
      applyCommit(this.#model, seed, { epoch: this.#epoch, commit });
    }
    const problem = difference(rowsOf(this.#model), rows);
    if (problem !== undefined) throw new Error(`${where}, after ${found} commits: ${problem}`);
    statistics.commitsFound += found;
    this.#epoch = epoch;
    this.#newest = newest;
  }

  #drawFault(): (typeof faults)[number] {
    let left = this.#next() % 100;
    for (const [index, share] of faultShares.entries()) {
      const fault = faults[index];
      if (left < share && fault !== undefined) return fault;
      left -= share;
    }
    return 'live';
  }

  #pause(): Promise<void> {
    return sleep(this.#next() % pauseMsMax);
  }
}
