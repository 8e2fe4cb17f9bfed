import type { Readable, Writable } from 'node:stream';
import type { FugaFs } from '../file-system.ts';
import type { OwnerNames } from './owner-names.ts';
import type { PamApi } from './cluster/pam-api.ts';

/** Standard output or error: a terminal has a width. */
export type CliOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The world of one command, passed in so that tests run commands without a process. */
export interface CliContext {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly umask: number;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly owners: OwnerNames;
  /** What to do before the process ends when it is interrupted. */
  readonly cleanups: Set<() => Promise<void> | void>;
  /** Finds out where the cluster is; connects to nothing yet. */
  readonly openCluster: (options: ConnectionOptions) => Promise<Cluster>;
}

/** What the options that all commands share say. */
export interface ConnectionOptions {
  /** PAMs, as typed. */
  readonly pam?: string | undefined;
  /** Servers, as typed. */
  readonly servers?: string | undefined;
  /** What a path without an alias is in. */
  readonly alias?: string | undefined;
  /** How long to wait for a PAM, in seconds. */
  readonly wait?: number | undefined;
  readonly secretFile?: string | undefined;
  /** Says something to the user while nothing else can be done. */
  readonly notice: (text: string) => void;
}

/** The servers behind the command. */
export interface Cluster {
  /** What a path without an alias is in. Rejects with a CommandFailure that says what to do where that is not clear. */
  defaultAlias(): Promise<string>;
  /** The files of an alias; one and the same for each call. */
  open(alias: string): Promise<FugaFs>;
  readonly pam: PamApi;
  close(): Promise<void>;
}
