import type { FaultKind } from './faults/fault.ts';
import { type ClientKind } from './history/history.ts';

/** What a run is asked for. */
export interface ChaosOptions {
  /** What is done to the servers: at least one. */
  readonly modes: readonly FaultKind[];
  /** Those that were not asked for by name may be left out where they are not possible. */
  readonly isMixed: boolean;
  readonly enough: { readonly faults: number } | { readonly minutes: number };
  readonly seed: number;
  readonly workers: number;
  /** False for the control: servers that register no replies. */
  readonly registration: boolean;
  /** How workers reach the volume, by turns: at least one. */
  readonly clients: readonly ClientKind[];
  readonly json: boolean;
  /** Where to write the report; undefined: into the system's folder for temporary files. */
  readonly htmlFile: string | undefined;
  /** Where to write the history; undefined: nowhere, unless something is wrong. */
  readonly historyFile: string | undefined;
  /** Keep the data folder. */
  readonly keep: boolean;
  /** Undefined: a temporary one. */
  readonly dataFolder: string | undefined;
  /** Only check this history. */
  readonly checkFile: string | undefined;
  /** Servers that others started; undefined: start a pair. */
  readonly attach: AttachOptions | undefined;
}

export interface AttachOptions {
  readonly pams: readonly string[];
  readonly alias: string;
  readonly secretFile: string;
  readonly adminUrls: readonly string[];
}

/** Limits of the options, in the same order for all: least and most. */
export const limits = {
  kills: [0, 100_000],
  minutes: [1, 1_440],
  seed: [0, 0xffff_ffff],
  workers: [1, 64],
} as const;

export const defaults = { kills: 20, seed: 1, workers: 8, alias: 'home' } as const;
