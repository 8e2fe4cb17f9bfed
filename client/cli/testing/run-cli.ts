import { Readable, Writable } from 'node:stream';
import { manualClock } from '../../../environment/testing/manual-clock.ts';
import type { AliasStatement } from '../../../pa/directory/pam-messages.ts';
import type { FugaFs } from '../../file-system.ts';
import { clientOf, memoryFs } from '../../testing/memory-fs.ts';
import type { MemoryNfsServer } from '../../testing/memory-nfs-server.ts';
import type { PamAnswer } from '../cluster/pam-api.ts';
import type { CliContext, CliOutput } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { ownerNames } from '../owner-names.ts';
import { runCommandLine } from '../run-command-line.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly stdin?: string | Buffer;
  /** Columns; output is a terminal. */
  readonly terminal?: number;
  readonly environment?: Record<string, string>;
}

/** Servers in memory, and commands that run against them, without a process. */
export class TestCluster {
  readonly servers = new Map<string, MemoryNfsServer>();
  readonly aliases = new Map<string, FugaFs>();
  /** What PAM says, for status and alias. */
  answers: PamAnswer[] = [];
  readonly changes: string[] = [];
  workingDirectory = '/';
  nowMs = Date.UTC(2026, 0, 15, 12, 0, 0);
  readonly cleanups: CliContext['cleanups'] = new Set();

  constructor(names: readonly string[] = ['home']) {
    for (const name of names) {
      const { fs, server } = memoryFs({ exportPath: '/home' });
      this.servers.set(name, server);
      this.aliases.set(name, fs);
    }
    const aliases = names.map((name): AliasStatement => ({ name, statement: { kind: 'no-port' } }));
    this.answers = [{ url: 'http://pam:1', ok: true, aliases }];
  }

  get fs(): FugaFs {
    return [...this.aliases.values()][0]!;
  }

  get server(): MemoryNfsServer {
    return [...this.servers.values()][0]!;
  }

  /** `fuga` with these words. */
  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const out = new Collector(options.terminal);
    const err = new Collector(options.terminal);
    const files = new Map<string, FugaFs>();
    const context: CliContext = {
      stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
      stdout: out,
      stderr: err,
      environment: options.environment ?? {},
      workingDirectory: this.workingDirectory,
      umask: 0o022,
      nowMs: () => this.nowMs,
      owners: ownerNames(
        () => 'root:x:0:0::/:\nalice:x:1000:1000::/home/alice:\n',
        () => 'root:x:0:\nstaff:x:50:\nalice:x:1000:\n',
      ),
      cleanups: this.cleanups,
      openCluster: async ({ alias }) => ({
        defaultAlias: async () => alias ?? [...this.aliases.keys()][0]!,
        open: async (name) => {
          const server = this.servers.get(name);
          if (server === undefined) throw new CommandFailure(`there is no alias '${name}'`);
          return files.get(name) ?? files.set(name, commandFs(server)).get(name)!;
        },
        pam: {
          urls: ['http://pam:1'],
          list: async () => this.answers,
          create: async (name) => void this.changes.push(`create ${name}`),
          delete: async (name) => void this.changes.push(`delete ${name}`),
          reset: async (name) => void this.changes.push(`reset ${name}`),
        },
        close: async () => {},
      }),
    };
    const code = await runCommandLine(words, context, { version: '1.2.3' });
    return { code, out: out.text, err: err.text };
  }

  /** As `run`, with one text; words are split at spaces. */
  fuga(line: string, options: RunOptions = {}): Promise<Ended> {
    return this.run(line.split(' '), options);
  }
}

/** As `openCluster` has it: each command has a client of its own, with caches. */
function commandFs(caller: MemoryNfsServer): FugaFs {
  return clientOf(caller, { cache: { clock: manualClock().clock, closeToOpen: false } });
}

/** Keeps what is written to it. */
class Collector extends Writable implements CliOutput {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly #pieces: Buffer[] = [];

  constructor(terminal: number | undefined) {
    super();
    this.isTTY = terminal !== undefined;
    this.columns = terminal ?? 80;
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#pieces.push(Buffer.from(chunk));
    callback();
  }
}
