import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileScript } from './compile.ts';
import { Lane, type LaneStatistics } from './lane.ts';
import type { WriterSettings } from './protocol.ts';
import { WriterProcess } from './writer-process.ts';

export interface TortureOptions {
  readonly takeovers: number;
  readonly seed: number;
  /** Areas that are tortured at the same time. */
  readonly lanes?: number;
  /** `every` is the mistake that the torture must find. */
  readonly tablesToLink?: 'named' | 'every';
  readonly progress?: (takeovers: number) => void;
}

export interface TortureResult extends LaneStatistics {
  /** Empty when all went well. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

const lanesDefault = 2;
/**
 * LevelDB's smallest, so that tables are written and compacted all the time, and one whose tables take some time to
 * write. A writer keeps what it was started with.
 */
const writeBufferBytes = [65_536, 524_288] as const;
/** Of an earlier epoch's directory, which its owner may go on writing and reading meanwhile. */
const removalDelayMs = 250;
/** Writers that are ready before they are needed, per lane: a start takes longer than a takeover. */
const spareWriters = 2;

/** Takes areas on real LevelDB over, many times, from processes that are killed, stopped and woken, or alive. */
export async function runTorture(options: TortureOptions): Promise<TortureResult> {
  const startMs = performance.now();
  const { takeovers, seed, lanes = lanesDefault, tablesToLink = 'named' } = options;
  const root = await mkdtemp(join(tmpdir(), 'fuga-torture-'));
  const script = await compileScript(join(import.meta.dirname, 'writer-main.ts'));
  const statistics: LaneStatistics = {
    ...{ takeovers: 0, killed: 0, stopped: 0, leftAlive: 0, claimersKilled: 0, commitsFound: 0 },
    claimMs: [],
  };
  const problems: string[] = [];
  const runLane = async (lane: number): Promise<void> => {
    const laneSeed = seed * 1_000 + lane;
    const directory = join(root, `area-${lane}`);
    const settings = { directory, seed: laneSeed, removalDelayMs, tablesToLink };
    const pool = new WriterPool(script.path, settings);
    const area = new Lane({
      seed: laneSeed,
      directory,
      takeWriter: () => pool.take(),
      giveBack: (writer) => pool.giveBack(writer),
      statistics,
    });
    try {
      while (statistics.takeovers < takeovers && problems.length === 0) {
        await area.takeOver();
        options.progress?.(statistics.takeovers);
      }
      await area.finish();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    } finally {
      await pool.end();
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
  } finally {
    await script.remove();
    await rm(root, { recursive: true, force: true });
  }
  return { ...statistics, problems, seconds: (performance.now() - startMs) / 1_000 };
}

/** The writers of a lane. Ends every one that it started, whatever happens. */
class WriterPool {
  readonly #script: string;
  readonly #settings: Omit<WriterSettings, 'writeBufferBytes'>;
  #started = 0;
  readonly #all = new Set<WriterProcess>();
  readonly #ready: Promise<WriterProcess>[] = [];
  readonly #endNow = (): void => {
    for (const writer of this.#all) writer.killNow();
  };

  constructor(script: string, settings: Omit<WriterSettings, 'writeBufferBytes'>) {
    this.#script = script;
    this.#settings = settings;
    process.on('exit', this.#endNow);
    this.#fill();
  }

  take(): Promise<WriterProcess> {
    const writer = this.#ready.shift() ?? this.#start();
    this.#fill();
    return writer;
  }

  giveBack(writer: WriterProcess): void {
    if (writer.hasEnded) this.#all.delete(writer);
    else this.#ready.unshift(Promise.resolve(writer));
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#ready);
    await Promise.all([...this.#all].map((writer) => writer.kill()));
    process.off('exit', this.#endNow);
  }

  #fill(): void {
    while (this.#ready.length < spareWriters) this.#ready.push(this.#start());
  }

  async #start(): Promise<WriterProcess> {
    const size = writeBufferBytes[this.#started % writeBufferBytes.length] ?? writeBufferBytes[0];
    this.#started += 1;
    const writer = WriterProcess.start(this.#script, { ...this.#settings, writeBufferBytes: size });
    this.#all.add(writer);
    await writer.ready;
    return writer;
  }
}
