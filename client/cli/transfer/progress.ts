import { Transform } from 'node:stream';
import type { CliContext } from '../context.ts';
import { humanSize } from '../text/size.ts';

/** A transfer that is over sooner shows nothing. */
const showAfterMs = 700;
const redrawMs = 100;

/** What a transfer tells of itself while it goes on. */
export interface Progress {
  /** A file was found that will be transferred. */
  expect(bytes: number): void;
  advance(bytes: number): void;
  fileDone(): void;
  /** Takes what is shown away. */
  stop(): void;
}

const silent: Progress = {
  expect: () => undefined,
  advance: () => undefined,
  fileDone: () => undefined,
  stop: () => undefined,
};

/** A bar on standard error, where that is a terminal. */
export async function openProgress(context: CliContext, isWanted: boolean): Promise<Progress> {
  if (!isWanted || context.stderr.isTTY !== true) return silent;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: context.stderr,
    format: '{bar} {percentage}% | {bytes} of {allBytes} | {files} of {allFiles} files | {rate}/s',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    hideCursor: true,
    clearOnComplete: true,
    fps: 1000 / redrawMs,
  });
  return new BarProgress(context, bar);
}

interface Bar {
  start(total: number, value: number, payload: object): void;
  update(value: number, payload: object): void;
  setTotal(total: number): void;
  stop(): void;
}

class BarProgress implements Progress {
  readonly #context: CliContext;
  readonly #bar: Bar;
  readonly #startedMs: number;
  readonly #timer: NodeJS.Timeout;
  #isShown = false;
  #bytes = 0;
  #allBytes = 0;
  #files = 0;
  #allFiles = 0;
  readonly #stop = () => this.stop();

  constructor(context: CliContext, bar: Bar) {
    this.#context = context;
    this.#bar = bar;
    this.#startedMs = context.nowMs();
    this.#timer = setTimeout(() => {
      this.#isShown = true;
      bar.start(this.#allBytes, this.#bytes, this.#payload());
    }, showAfterMs);
    context.cleanups.add(this.#stop);
  }

  expect(bytes: number): void {
    this.#allBytes += bytes;
    this.#allFiles += 1;
    if (this.#isShown) this.#bar.setTotal(Math.max(this.#allBytes, this.#bytes));
  }

  advance(bytes: number): void {
    this.#bytes += bytes;
    this.#update();
  }

  fileDone(): void {
    this.#files += 1;
    this.#update();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#context.cleanups.delete(this.#stop);
    if (this.#isShown) this.#bar.stop();
    this.#isShown = false;
  }

  #update(): void {
    if (this.#isShown) this.#bar.update(this.#bytes, this.#payload());
  }

  #payload(): object {
    const seconds = Math.max(0.001, (this.#context.nowMs() - this.#startedMs) / 1000);
    return {
      bytes: humanSize(this.#bytes),
      allBytes: humanSize(Math.max(this.#allBytes, this.#bytes)),
      files: this.#files,
      allFiles: this.#allFiles,
      rate: humanSize(Math.round(this.#bytes / seconds)),
    };
  }
}

/** Counts what goes through it. */
export function counter(progress: Progress): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      progress.advance(chunk.length);
      callback(null, chunk);
    },
  });
}
