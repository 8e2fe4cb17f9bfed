import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkHistory } from './checker/check-history.ts';
import type { Cluster } from './cluster/cluster.ts';
import { type RunningGateway, startGateway } from './cluster/gateway.ts';
import { openAttachedCluster, openLocalCluster } from './cluster/open-cluster.ts';
import { parseCommandLine, usageExitCode } from './command-line.ts';
import { formatHistory } from './history/format-history.ts';
import type { History } from './history/history.ts';
import { parseHistory } from './history/parse-history.ts';
import type { ChaosOptions } from './options.ts';
import { makeProgress, type Progress } from './report/progress.ts';
import { type ChaosResult, makeResult } from './report/result.ts';
import { formatResult } from './report/text.ts';
import { runChaos } from './run.ts';
import { openServices, paConnect, stockConnect } from './workload/open-service.ts';

const interruptedExitCode = 130;
const exitCodes = { correct: 0, wrong: 1, undecided: 2 } as const;

/** The whole command: `words` are what stands behind its name. Resolves with the exit code. */
export async function chaosCommand(words: readonly string[], name: string): Promise<number> {
  const commandLine = parseCommandLine(words, name);
  if (commandLine.kind === 'exit') return commandLine.code;
  const { options } = commandLine;
  const progress = makeProgress(process.stderr);
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    if (options.checkFile !== undefined)
      return await checkOnly(options, options.checkFile, progress);
    return await run(options, name, progress, interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return interruptedExitCode;
    progress.note(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return usageExitCode;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}

async function run(
  options: ChaosOptions,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const folder = await makeFolder(options);
  let keep = options.keep;
  try {
    const cluster = await openCluster(options, folder, progress, signal);
    const outcome = await attack(options, cluster, folder, progress, signal);
    if (signal.aborted) return interruptedExitCode;
    const { history, failure } = outcome;
    const result = check(history, progress);
    // The control is expected to go wrong, and leaves nothing behind.
    const isBad = failure !== undefined || (result.verdict !== 'correct' && options.registration);
    keep ||= isBad && options.attach === undefined;
    const file =
      options.historyFile ??
      (isBad ? join(folder ?? '.', `chaos-${history.header.run}.jsonl`) : undefined);
    if (file !== undefined) {
      await writeFile(file, formatHistory(history));
      progress.note(`The history is in ${file}; \`${name} --check ${file}\` checks it again.`);
    }
    print(options, result);
    if (failure === undefined) return exitCodes[result.verdict];
    progress.note(`The run ended before its time: ${failure.message}`);
    return exitCodes.wrong;
  } finally {
    if (folder !== undefined && keep) progress.note(`The data folder is ${folder}`);
    else if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Undefined where none is needed: the servers are somebody else's. */
async function makeFolder({ attach, dataFolder }: ChaosOptions): Promise<string | undefined> {
  if (attach !== undefined) return undefined;
  if (dataFolder === undefined) return mkdtemp(join(tmpdir(), 'fuga-chaos-'));
  const folder = resolve(dataFolder);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function openCluster(
  { attach, registration }: ChaosOptions,
  folder: string | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Cluster> {
  if (attach !== undefined) return openAttachedCluster(attach);
  if (folder === undefined) throw new Error('a cluster of our own has a folder');
  progress.show('starting a PAM and a pair ...');
  return openLocalCluster({ folder, registration, signal });
}

async function attack(
  options: ChaosOptions,
  cluster: Cluster,
  folder: string | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof runChaos>>> {
  const { kills, seed, workers, registration } = options;
  const run = randomBytes(4).toString('hex');
  const { pams, alias } = cluster;
  let gateway: RunningGateway | undefined;
  try {
    if (options.gateway && folder !== undefined) {
      gateway = await startGateway({ folder, alias, signal });
    }
    const connect = gateway === undefined ? paConnect(pams, alias) : stockConnect(gateway.address);
    return await runChaos({
      cluster,
      openServices: (count) => openServices({ connect, alias, run }, count),
      kills,
      seed,
      workers,
      registration,
      run,
      signal,
      onProgress: ({ operations, kills: done }) => {
        progress.show(`killed ${done.length} of ${kills} · ${operations} operations`);
      },
    });
  } finally {
    progress.show('ending the servers ...');
    await gateway?.close();
    await cluster.close();
    progress.clear();
  }
}

function check(history: History, progress: Progress): ChaosResult {
  progress.show(`checking ${history.operations.length} operations ...`);
  const startMs = performance.now();
  const verdict = checkHistory(history);
  progress.clear();
  return makeResult(history, verdict, (performance.now() - startMs) / 1000);
}

async function checkOnly(options: ChaosOptions, file: string, progress: Progress): Promise<number> {
  const parsed = parseHistory(await readFile(file, 'utf8'));
  if (!parsed.ok) {
    progress.note(`${file}, line ${parsed.line}: ${parsed.reason}`);
    return usageExitCode;
  }
  const result = check(parsed.history, progress);
  print(options, result);
  return exitCodes[result.verdict];
}

function print({ json }: ChaosOptions, result: ChaosResult): void {
  process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : formatResult(result));
}
