import type { CommandRun } from '../command-run.ts';
import type { TransferFile, TransferStats } from './place.ts';
import type { Progress } from './progress.ts';

export interface CopyOptions {
  /** Directories with all that is in them; symbolic links are copied as links. */
  readonly recursive: boolean;
  /** Modes and times of the source. */
  readonly preserve: boolean;
  /** And its owner and group, as far as that is allowed. */
  readonly preserveOwner: boolean;
  /** Each file is written beside its place and renamed when it is complete. */
  readonly atomic: boolean;
  readonly verbose: boolean;
}

/** What all files of one copy have in common. */
export interface CopyJob {
  readonly run: CommandRun;
  readonly options: CopyOptions;
  readonly progress: Progress;
  /** Gives the target its source's owner where that is asked for and allowed. */
  preserveOwner(target: TransferFile, stats: TransferStats): Promise<void>;
}
