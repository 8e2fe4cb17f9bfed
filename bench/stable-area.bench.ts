import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeEnvironment } from '../environment/adapters/node-environment.ts';
import type { Folder } from '../environment/folder.ts';
import {
  type Claimant,
  createLevelEngineFactory,
  type Holder,
  openFolderArea,
  type StableArea,
} from '../stable-area/index.ts';

/*
 * tsx bench/stable-area.bench.ts [directory]
 *
 * What a commit, a confirmation and a takeover cost, beside the disk's own fdatasync in the same run: rounds of all of
 * them take turns, and medians are printed, so that a busy machine hits all alike.
 */

const rounds = 5;
const commitsAtOne = 300;
const commitsAtMany = 6_400;
const outstanding = 64;
const confirmations = 20_000;
/** What a CREATE writes, about: an inode, an entry, its directory, the registered reply, the client's state. */
const recordsPerCommit = 5;
const recordBytes = 120;

const claimant: Claimant = {
  ...{ node: 'bench', process: 'bench', pairAddress: '' },
  ...{ pid: process.pid, startTime: '', namespace: '' },
};

async function main(): Promise<void> {
  const root = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'fuga-bench-'));
  const figures = new Map<string, number[]>();
  const note = (name: string, value: number): void => {
    figures.set(name, [...(figures.get(name) ?? []), value]);
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      await measureRound(join(root, `${round}`), note);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  for (const [name, values] of figures) {
    const sorted = values.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    console.log(`${name.padEnd(58)} ${median.toFixed(1).padStart(10)}`);
  }
}

async function measureRound(root: string, note: (name: string, value: number) => void) {
  const { folder } = nodeEnvironment();
  await folder.makeFolder(root);
  note('fdatasync of an append of 600 bytes: per second', await rawSyncs(join(root, 'raw')));

  const area = await openArea(join(root, 'area'), folder);
  const holder = await claim(area);
  note('commits, 1 outstanding: per second', await commits(holder, commitsAtOne, 1));
  note(
    `commits, ${outstanding} outstanding: per second`,
    await commits(holder, commitsAtMany, outstanding),
  );
  note('confirm, in the calling turn: µs', await confirmUs(holder));

  const parts = new Map<string, number>();
  const other = await openArea(join(root, 'area'), folder);
  const startMs = performance.now();
  const next = await claim(other, parts);
  note('claim to open, log of some 2 MB: ms', performance.now() - startMs);
  for (const [part, ms] of parts) note(`  of that, ${part}: ms`, ms);
  await other.close();
  await area.close();
  await next.close();

  const waiting: Folder = { ...folder };
  delete waiting.statusNow;
  const slow = await openArea(join(root, 'slow'), waiting);
  note('confirm, through the thread pool: µs', await confirmUs(await claim(slow)));
  await slow.close();
}

function openArea(directory: string, folder: Folder): Promise<StableArea> {
  const { clock, timers, random } = nodeEnvironment();
  const engineFactory = createLevelEngineFactory({ folder });
  return openFolderArea({ clock, timers, random, folder, directory, engineFactory });
}

async function claim(area: StableArea, parts?: Map<string, number>): Promise<Holder> {
  const outcome = await area.claim(claimant, {
    progress: (part, elapsedMs) => void parts?.set(part, elapsedMs),
  });
  if (outcome.kind === 'lost') throw new Error('lost');
  return outcome.holder;
}

async function rawSyncs(path: string): Promise<number> {
  const file = await open(path, 'w');
  const bytes = Buffer.alloc(600, 1);
  const startMs = performance.now();
  for (let sync = 0; sync < commitsAtOne; sync += 1) {
    await file.write(bytes);
    await file.datasync();
  }
  const seconds = (performance.now() - startMs) / 1_000;
  await file.close();
  return commitsAtOne / seconds;
}

/** Commits, confirming what became durable, with so many not yet confirmed. */
function commits(holder: Holder, total: number, atOnce: number): Promise<number> {
  const value = Buffer.alloc(recordBytes, 7);
  let made = 0;
  let done = 0;
  let waiting: number[] = [];
  const make = (): void => {
    while (made < total && made - done < atOnce) {
      made += 1;
      const changes = Array.from({ length: recordsPerCommit }, (_, record) => ({
        key: `\x02${made % 5_000}-${record}`,
        value,
      }));
      waiting.push(holder.commit(changes));
    }
  };
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    holder.onDurable = (durable) => {
      void holder.confirm().then((found) => {
        if (found === 'fenced') reject(new Error('fenced'));
        const left = waiting.filter((batch) => batch > durable);
        done += waiting.length - left.length;
        waiting = left;
        if (done === total) resolve(total / ((performance.now() - startMs) / 1_000));
        else make();
      });
    };
    make();
  });
}

async function confirmUs(holder: Holder): Promise<number> {
  const startMs = performance.now();
  for (let count = 0; count < confirmations; count += 1) await holder.confirm();
  return ((performance.now() - startMs) * 1_000) / confirmations;
}

await main();
