import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { randomInt } from 'node:crypto';
import type { Endpoint } from '../../environment/network.ts';
import { type CallTemplate, xidOffset } from './call-template.ts';
import { ReplyScanner } from './reply-scanner.ts';

/** Gives the next call of a slot; undefined when that one has nothing more to do. The template may be the same each time. */
export type NextCall = (slot: number) => CallTemplate | undefined;

/** One slot has one call outstanding. The low byte of an xid says which. */
const slotsMax = 256;
const xidStep = slotsMax;
const arenaBytes = 65_536;

/** One TCP connection that keeps a number of calls outstanding, without an object or a promise for each. */
export class LoadConnection {
  readonly #socket: Socket;
  readonly #scanner: ReplyScanner;
  readonly #waiting: (CallTemplate | undefined)[] = [];
  readonly #xids: number[] = [];
  #xid = randomInt(2 ** 24) * xidStep;
  #firstSlot = 0;
  #outstanding = 0;
  #calls = 0;
  #next: NextCall = () => undefined;
  #onIdle: (calls: number) => void = () => undefined;
  #onError: (error: Error) => void = () => undefined;
  /** What leaves with the next write; used parts are never written again, because the socket may still hold them. */
  #arena = Buffer.allocUnsafe(arenaBytes);
  #arenaStart = 0;
  #arenaEnd = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#scanner = new ReplyScanner((xid, status, bytes) => {
      this.#receive(xid, status, bytes);
    });
    socket.on('data', (chunk: Buffer) => {
      this.#data(chunk);
    });
    socket.on('error', (error) => {
      this.#onError(error);
    });
    socket.on('close', () => {
      this.#onError(new Error('the server closed the connection'));
    });
  }

  static async open({ host, port }: Endpoint): Promise<LoadConnection> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new LoadConnection(socket);
  }

  /** Resolves with the number of calls when all slots have nothing more to do. Slots are counted from `firstSlot`. */
  run(slots: number, firstSlot: number, next: NextCall): Promise<number> {
    if (slots > slotsMax) throw new Error(`${slots} calls outstanding on one connection`);
    return new Promise((resolve, reject) => {
      this.#firstSlot = firstSlot;
      this.#next = next;
      this.#calls = 0;
      this.#onIdle = resolve;
      this.#onError = reject;
      this.#socket.cork();
      for (let slot = 0; slot < slots; slot += 1) this.#send(slot);
      this.#flush();
      this.#socket.uncork();
      if (this.#outstanding === 0) resolve(0);
    });
  }

  close(): void {
    this.#onError = () => undefined;
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    this.#socket.cork();
    try {
      this.#scanner.push(chunk);
      this.#flush();
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    }
    this.#socket.uncork();
    if (this.#outstanding === 0) this.#onIdle(this.#calls);
  }

  #receive(xid: number, status: number, bytes: number): void {
    const slot = xid % slotsMax;
    const call = this.#waiting[slot];
    if (call === undefined || this.#xids[slot] !== xid) throw new Error('a reply to no call');
    if (status !== 0) throw new Error(`${call.name}: status ${status}`);
    if (bytes < call.replyBytesMin) throw new Error(`${call.name}: a reply of ${bytes} bytes`);
    this.#waiting[slot] = undefined;
    this.#outstanding -= 1;
    this.#calls += 1;
    this.#send(slot);
  }

  #send(slot: number): void {
    const call = this.#next(this.#firstSlot + slot);
    if (call === undefined) return;
    const { head, data } = call;
    this.#xid = (this.#xid + xidStep) >>> 0;
    const xid = this.#xid + slot;
    this.#waiting[slot] = call;
    this.#xids[slot] = xid;
    this.#outstanding += 1;
    head.writeUInt32BE(xid, xidOffset);
    if (head.length > arenaBytes - this.#arenaEnd) {
      this.#flush();
      this.#arena = Buffer.allocUnsafe(arenaBytes);
      this.#arenaStart = 0;
      this.#arenaEnd = 0;
    }
    head.copy(this.#arena, this.#arenaEnd);
    this.#arenaEnd += head.length;
    if (data === undefined) return;
    this.#flush();
    this.#socket.write(data);
  }

  #flush(): void {
    if (this.#arenaStart === this.#arenaEnd) return;
    this.#socket.write(this.#arena.subarray(this.#arenaStart, this.#arenaEnd));
    this.#arenaStart = this.#arenaEnd;
  }
}
