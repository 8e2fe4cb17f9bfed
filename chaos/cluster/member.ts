import { performance } from 'node:perf_hooks';
import { FugaChild, type FugaChildOptions } from './fuga-child.ts';
import type { Role } from './cluster.ts';
import { parseReport, type VolumeReport } from './server-report.ts';
import { TakeoverLog } from './takeover-log.ts';

export interface MemberOptions
  extends Pick<FugaChildOptions, 'fuga' | 'words' | 'environment' | 'logFile' | 'before'> {
  readonly name: string;
  /** Called with a sentence when it ended and nobody here had ended it. */
  readonly onCrash: (text: string) => void;
}

/** As `fuga up` does it: whoever starts a process at once takes a processor from the takeover that is going on. */
const restartPauseMs = 500;

/** A PAM or a server that is started again whenever it ends. */
export class Member {
  readonly name: string;
  readonly log: TakeoverLog;
  readonly #options: MemberOptions;
  #child: FugaChild | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Its death is our doing, and how long it stays away. */
  #expected: { readonly downMs: number } | undefined;
  #isUp = false;
  #adminUrl = '';
  #role: Role = 'other';
  #sinceMs = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.name = options.name;
    this.log = new TakeoverLog(options.name);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** It has said that it listens. */
  get isUp(): boolean {
    return this.#isUp;
  }

  get adminUrl(): string {
    return this.#adminUrl;
  }

  get role(): Role {
    return this.#role;
  }

  /** Since when it has its role, monotonic. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Its last words, for messages. */
  get lastLines(): readonly string[] {
    return this.#child?.lastLines ?? [];
  }

  start(): void {
    if (this.#isClosed) return;
    this.#expected = undefined;
    const child = new FugaChild({
      ...this.#options,
      onReport: (message) => {
        this.#reported(message);
      },
      onEnd: ({ code, signal }) => {
        this.#ended(signal ?? `exit code ${code ?? 'unknown'}`);
      },
    });
    this.#child = child;
  }

  /** SIGKILL or SIGTERM: it ends, and is started again after a while. */
  kill(signal: 'SIGKILL' | 'SIGTERM', downMs = restartPauseMs): void {
    this.#expected = { downMs };
    this.#child?.signal(signal);
  }

  /** It is about to end itself, because it was told to. */
  expectEnd(): void {
    this.#expected = { downMs: restartPauseMs };
  }

  stop(): void {
    this.#child?.signal('SIGSTOP');
  }

  resume(): void {
    this.#child?.signal('SIGCONT');
  }

  async end(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    await this.#child?.end();
  }

  #ended(how: string): void {
    this.#isUp = false;
    this.#is('other');
    const { lastLines } = this;
    this.#child = undefined;
    if (this.#isClosed) return;
    if (this.#expected === undefined) {
      const words = lastLines.slice(-3).join(' | ').slice(0, 500);
      this.#options.onCrash(`${this.name} ended by itself (${how}): ${words}`);
    }
    const { downMs } = this.#expected ?? { downMs: restartPauseMs };
    this.#restart = setTimeout(() => {
      this.start();
    }, downMs);
  }

  #reported(message: unknown): void {
    const report = parseReport(message);
    switch (report?.kind) {
      case undefined:
        return;
      case 'server':
        this.#adminUrl = report.adminUrl;
        this.#isUp = true;
        return;
      case 'pam':
        this.#isUp = true;
        return;
      case 'volume':
        this.log.note(report.event, performance.now());
        this.#is(roleAfter(report.event) ?? this.#role);
    }
  }

  #is(role: Role): void {
    this.#role = role;
    this.#sinceMs = performance.now();
  }
}

function roleAfter({ kind }: VolumeReport): Role | undefined {
  switch (kind) {
    case 'backup':
    case 'primary':
      return kind;
    case 'accused':
      return 'claiming';
    case 'lost':
    case 'claim-lost':
      return 'other';
    case 'takeover-part':
      return undefined;
  }
}
