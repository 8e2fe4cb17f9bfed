import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import {
  isPortMessage,
  type PassedConnection,
  type PortMessage,
} from '../../../environment/adapters/port-message.ts';
import { heapOptions } from '../../../environment/heap-options.ts';
import { isProcessReport, type ProcessReport } from '../../process/process-report.ts';
import type { Ending } from './cluster-story.ts';
import type { Taker } from './held-port.ts';

/** What is kept of a child's last words. */
const lastLinesMax = 20;

export interface ChildEvents {
  report(report: ProcessReport): void;
  /** About connections of a port that is held for it. */
  port(message: PortMessage): void;
  /** A line of its log (JSON) or of its standard error. */
  line(text: string, from: 'log' | 'error'): void;
  /** Called once, as soon as it has ended. */
  ended(ending: Ending, livedMs: number): void;
  /** Called once, after everything else: all that it said was heard. */
  closed(): void;
}

/** One run of one of our own commands as a child, with a channel: it ends when this process does, however that ends. */
export class ChildProgram implements Taker {
  readonly pid: number;
  /** Its last lines on standard error. */
  readonly lastLines: string[] = [];
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  /** `command`: what stands behind `fuga` on a command line. Throws where no process can be made. */
  constructor(command: readonly string[], events: ChildEvents) {
    const startedMs = performance.now();
    this.#child = spawn(process.execPath, [...heapOptions, fugaPath(), ...command], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: childEnvironment(process.env),
    });
    const { pid, stdout, stderr } = this.#child;
    if (pid === undefined || stdout === null || stderr === null) {
      // The error event says why, and nobody could do anything else about it.
      this.#child.on('error', () => undefined);
      throw new Error('no process can be made: are there too many?');
    }
    this.pid = pid;
    this.#child.on('error', () => undefined);
    this.#child.on('message', (message) => {
      if (isProcessReport(message)) events.report(message);
      else if (isPortMessage(message)) events.port(message);
    });
    // Not `disconnect`, which never comes where a connection was on its way.
    this.#child.on('close', () => {
      events.closed();
    });
    eachLine(stdout, (text) => {
      events.line(text, 'log');
    });
    eachLine(stderr, (text) => {
      this.lastLines.push(text);
      if (this.lastLines.length > lastLinesMax) this.lastLines.shift();
      events.line(text, 'error');
    });
    this.ended = new Promise((resolve) => {
      // Its death counts, not the last byte of a pipe that a grandchild may hold.
      this.#child.once('exit', (code, signal) => {
        events.ended({ code, signal }, performance.now() - startedMs);
        resolve();
      });
    });
  }

  pass(message: PassedConnection, connection: Socket): void {
    // What cannot be sent comes back when it has ended; there is no other reason.
    this.#child.send(message, connection, { keepOpen: true }, () => undefined);
  }

  /** Ends it: asks first, and insists after `patienceMs`. */
  async end(patienceMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The command itself: children are the same program, whatever it was called. */
function fugaPath(): string {
  const path = process.argv[1];
  if (path === undefined) throw new Error('Node tells the path of what it runs');
  return path;
}

/**
 * Children are told everything by their arguments; what was meant for `up` alone, as the sockets of systemd are, must not
 * reach them by another way.
 */
function childEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isForAll = (name: string): boolean =>
    !/^(FUGA|LISTEN)_/.test(name) || name === 'FUGA_FAILPOINT_CONTROL';
  return Object.fromEntries(Object.entries(own).filter(([name]) => isForAll(name)));
}

function eachLine(stream: Readable, onLine: (text: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}
