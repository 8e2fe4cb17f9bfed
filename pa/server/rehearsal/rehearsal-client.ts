import { delay } from '../../../environment/clock.ts';
import type { Environment } from '../../../environment/environment.ts';
import type { Endpoint } from '../../../environment/network.ts';
import { PaProgramV1 } from '../../../protocol/generated/pa.ts';
import type { CallRequest } from '../../../rpc/call-message.ts';
import type { CallChannel } from '../../../rpc/client/call-channel.ts';
import { openRpcChannel, type RpcChannel } from '../../../rpc/client/rpc-channel.ts';
import { resultOfReply } from '../../../rpc/client/reply-result.ts';
import type { RpcReply } from '../../../rpc/reply-message.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import { encodeToBuffers } from '../../../xdr/decode.ts';
import { encodeCallHeader, paFlavor, uiBytes } from '../../header.ts';
import type { ClusterSecret } from '../../secret.ts';

export interface RehearsalClientParts {
  readonly environment: Environment;
  readonly secret: ClusterSecret | undefined;
  readonly areaId: Uint8Array;
  readonly epoch: number;
  /** Nothing more is sent once it is aborted. */
  readonly signal: AbortSignal;
}

const noIncarnation = 0;

/** After each call: the machine may be the primary's too, which has better use for it. */
const pauseMs = 2;

/** A call that nobody answers ends the rehearsal, and not later than this. */
const deadlineMs = 2_000;

/**
 * One client of a volume that is only rehearsed: every second call as FT-IPC, the others as a stock client's. It goes on where
 * it was when it is connected to the next server.
 */
export class RehearsalClient implements CallChannel {
  readonly #parts: RehearsalClientParts;
  readonly #clientUi: Buffer;
  #channel: RpcChannel | undefined;
  #incarnation = noIncarnation;
  #sequence = 0;
  readonly #unfinished = new Set<number>();
  #calls = 0;

  constructor(parts: RehearsalClientParts) {
    this.#parts = parts;
    this.#clientUi = parts.environment.random.bytes(uiBytes);
  }

  async connect(to: Endpoint): Promise<void> {
    const { environment, signal } = this.#parts;
    this.#channel = await openRpcChannel(to, environment, signal);
  }

  /** Its connection is the one that comes from there. */
  isAt({ host, port }: Endpoint): boolean {
    const local = this.#channel?.local;
    return local?.port === port && local.host === host;
  }

  /** Where its server is. */
  get peer(): Endpoint | undefined {
    return this.#channel?.peer;
  }

  /** Says hello, the first time. */
  async begin(): Promise<void> {
    if (this.#incarnation !== noIncarnation) return;
    const { program, version, procedures } = PaProgramV1;
    const { paHello: hello } = procedures;
    const args = { client: this.#clientUi, previousIncarnation: 0n };
    const argumentBuffers = encodeToBuffers(hello.arguments, args);
    const request = { program, version, procedure: hello.number, argumentBuffers };
    const reply = await this.#exchange({ ...request, verifier: this.#verifier(0) });
    const result = resultOfReply(reply, hello.result, hello.name);
    if (result instanceof RpcError) throw result;
    this.#incarnation = Number(result.incarnation);
  }

  async send(request: CallRequest): Promise<RpcReply> {
    this.#calls += 1;
    if (this.#calls % 2 === 0) return this.#exchange(request);
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#unfinished.add(sequence);
    const verifier = this.#verifier(sequence);
    return this.#exchange({ ...request, verifier }).finally(() => {
      this.#unfinished.delete(sequence);
    });
  }

  close(): void {
    this.#channel?.close();
  }

  async #exchange(request: CallRequest): Promise<RpcReply> {
    const { environment, signal } = this.#parts;
    if (signal.aborted || this.#channel === undefined) {
      throw new RpcError('RPC_CANTSEND', 'the rehearsal was ended');
    }
    const reply = await this.#channel.send(request, { deadlineMs });
    await delay(environment.timers, pauseMs);
    return reply;
  }

  #verifier(sequence: number): { flavor: number; body: Buffer } {
    const { areaId, epoch, secret } = this.#parts;
    const [lowestUnfinished = sequence] = this.#unfinished;
    const header = {
      aliasUi: Buffer.from(areaId),
      clientUi: this.#clientUi,
      incarnation: this.#incarnation,
      sequence,
      lowestUnfinished,
      hintEpoch: epoch,
      origin: undefined,
    };
    return { flavor: paFlavor, body: encodeCallHeader(header, secret) };
  }
}
