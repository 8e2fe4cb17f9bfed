import type { Command } from 'commander';
import type { CommandRun } from './command-run.ts';

/** A command: how it is called, and what it does. One file for each; loaded when it is called. */
export interface CommandDefinition {
  /** Exit code where the command as a whole fails, a wrong call included; 1 unless said otherwise. */
  readonly exitCodeOfTrouble?: number;
  /** False for commands that need no servers, and have none of the options that say where they are. */
  readonly usesCluster?: boolean;
  /** Adds description, arguments, options and examples. */
  readonly declare: (command: Command) => void;
  readonly run: (run: CommandRun, operands: readonly string[], options: object) => Promise<void>;
}

/** Ties the options that `declare` declares to the type that `run` takes. */
export function defineCommand<Options extends object>(
  definition: Omit<CommandDefinition, 'run'> & {
    readonly run: (run: CommandRun, operands: readonly string[], options: Options) => Promise<void>;
  },
): CommandDefinition {
  // What commander parses has no type of its own; `declare` beside `run` is where it is decided.
  return definition as CommandDefinition;
}
