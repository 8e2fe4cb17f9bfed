import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { nodeContext } from '../client/cli/node-context.ts';

const words = process.argv.slice(2);
const interruptedExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
const brokenPipeExitCode = 141;
/** What is to be done before the end may not keep the end from coming. */
const cleanupMaxMs = 2_000;

if (words[0] === '--version' || words[0] === '-V') {
  process.stdout.write(`${version()}\n`);
} else {
  await main();
}

async function main(): Promise<void> {
  const context = nodeContext();
  endQuietlyWhereNobodyReads();
  const [command] = words;
  // These end in their own way.
  const endsItself =
    command !== undefined && ['up', 'server', 'pam', 'gateway', 'chaos'].includes(command);
  if (!endsItself) cleanUpOnSignals(context.cleanups);
  if (command === 'rpcgen') {
    process.exitCode = await rpcgen(words.slice(1));
    return;
  }
  if (command === 'help' && words[1] === 'rpcgen') {
    process.exitCode = await rpcgen(['--help']);
    return;
  }
  if (command === 'chaos') {
    process.exitCode = await chaos(words.slice(1));
    return;
  }
  const { runCommandLine } = await import('../client/cli/run-command-line.ts');
  process.exitCode = await runCommandLine(words, context, { version: version(), addCommands });
}

/** Commands that do not live in client/. Loaded only where none of those was called. */
async function addCommands(program: Command): Promise<void> {
  const { registerServerCommands } = await import('../server/cli/register.ts');
  const { registerToolCommands } = await import('../server/cli/register-tools.ts');
  program.commandsGroup('Run servers:');
  registerServerCommands(program);
  registerToolCommands(program);
  program
    .command('chaos')
    .summary('kill, stop and cut off primaries while files are used, and check every answer')
    .allowUnknownOption()
    .action(async () => {
      process.exitCode = await chaos(['--help']);
    });
  program.commandsGroup('Make services of your own:');
  program
    .command('rpcgen')
    .summary('compile an RPC interface (.x) to TypeScript')
    .argument('<file.x...>');
}

/** It reads its words itself. */
async function rpcgen(rest: readonly string[]): Promise<number> {
  const { runRpcgen } = await import('../rpc/rpcgen/command.ts');
  const { realFiles } = await import('../rpc/rpcgen/files-adapter.ts');
  const { exitCode, output, errors } = runRpcgen(rest, realFiles);
  process.stdout.write(output);
  process.stderr.write(errors);
  return exitCode;
}

/** The same. */
async function chaos(rest: readonly string[]): Promise<number> {
  const { chaosCommand } = await import('../chaos/command.ts');
  return chaosCommand(rest, 'fuga chaos');
}

/** `fuga ls | head` ends when head does, without a word. */
function endQuietlyWhereNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(brokenPipeExitCode);
      throw error;
    });
  }
}

/** Ctrl-C: what is half done is taken away, and the exit code says why it ended. A second one ends it at once. */
function cleanUpOnSignals(cleanups: ReadonlySet<() => Promise<void> | void>): void {
  let isEnding = false;
  for (const [signal, exitCode] of Object.entries(interruptedExitCodes)) {
    process.on(signal, () => {
      if (isEnding || cleanups.size === 0) process.exit(exitCode);
      isEnding = true;
      setTimeout(() => process.exit(exitCode), cleanupMaxMs);
      const all = [...cleanups].map(async (cleanUp) => cleanUp());
      void Promise.allSettled(all).then(() => process.exit(exitCode));
    });
  }
}

/** This file is bin/main.ts or dist/bin/main.js. */
function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return (JSON.parse(text) as { readonly version: string }).version;
    } catch {
      // It is the other one.
    }
  }
  return 'unknown';
}
