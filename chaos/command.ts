import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { attack } from './attack.ts';
import { checkHistory } from './checker/check-history.ts';
import { isIsolated, isolationHindrance, runIsolated } from './cluster/isolation.ts';
import { parseCommandLine, usageExitCode } from './command-line.ts';
import { formatHistory } from './history/format-history.ts';
import type { History } from './history/history.ts';
import { parseHistory } from './history/parse-history.ts';
import type { ChaosOptions } from './options.ts';
import { formatPage } from './report/html/page.ts';
import { makeProgress, type Progress } from './report/progress.ts';
import { type ChaosResult, makeResult } from './report/result.ts';
import { formatResult } from './report/text.ts';

const interruptedExitCode = 130;
const exitCodes = { correct: 0, wrong: 1, undecided: 2 } as const;

/** The whole command: `words` are what stands behind its name. Resolves with the exit code. */
export async function chaosCommand(words: readonly string[], name: string): Promise<number> {
  const commandLine = parseCommandLine(words, name);
  if (commandLine.kind === 'exit') return commandLine.code;
  const { options } = commandLine;
  const progress = makeProgress(process.stderr);
  if (await shouldBeIsolated(options, progress)) return runIsolated(words);
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

/** A disk that is filled and a network that is cut are to be nobody else's. */
async function shouldBeIsolated(
  { modes, attach, checkFile }: ChaosOptions,
  progress: Progress,
): Promise<boolean> {
  const wanted = modes.filter((kind) => kind === 'full-disk' || kind === 'cut-network');
  const isOurs = attach === undefined && checkFile === undefined;
  if (!isOurs || wanted.length === 0 || isIsolated()) return false;
  const hindrance = await isolationHindrance();
  if (hindrance === undefined) return true;
  progress.note(`No ${wanted.join(', no ')}: ${hindrance}.`);
  return false;
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
    const outcome = await attack(options, folder, progress, signal);
    if (signal.aborted) return interruptedExitCode;
    const { history, failure } = outcome;
    const result = check(history, progress);
    // The control is expected to go wrong, and leaves nothing behind.
    const isWrong = result.verdict !== 'correct' && options.registration;
    const isBad = failure !== undefined || isWrong || result.crashes.length > 0;
    keep ||= isBad && options.attach === undefined;
    const file =
      options.historyFile ??
      (isBad ? join(folder ?? '.', `chaos-${history.header.run}.jsonl`) : undefined);
    if (file !== undefined) {
      await writeFile(file, formatHistory(history));
      progress.note(`The history is in ${file}; \`${name} --check ${file}\` checks it again.`);
    }
    await print(options, result, progress);
    if (failure === undefined) return exitCodeOf(result);
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
  await print(options, result, progress);
  return exitCodeOf(result);
}

/** A server that ended by itself has failed an assertion, whatever its clients saw. */
function exitCodeOf({ verdict, crashes }: ChaosResult): number {
  return verdict === 'correct' && crashes.length > 0 ? exitCodes.wrong : exitCodes[verdict];
}

async function print(
  { json, htmlFile }: ChaosOptions,
  result: ChaosResult,
  progress: Progress,
): Promise<void> {
  process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : formatResult(result));
  const file = htmlFile ?? join(tmpdir(), `fuga-chaos-${result.run}.html`);
  await writeFile(file, formatPage(result));
  progress.note(`The report is in ${file}`);
}
