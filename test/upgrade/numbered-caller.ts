import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { encodeCallHeader, paFlavor, type StockOrigin } from '../../pa/header.ts';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { resultOfReply } from '../../rpc/client/reply-result.ts';
import { openRpcChannel, type RpcChannel } from '../../rpc/client/rpc-channel.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import type { Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { credential, Files } from '../cluster/files.ts';

/** Who calls. */
export interface Caller {
  readonly areaUi: Buffer;
  readonly clientUi: Buffer;
  readonly incarnation: number;
  /** Of a gateway: the stock client for which it calls. */
  readonly origin?: Omit<StockOrigin, 'xid'>;
}

/** Calls with the numbers 1, 2 and so on, none of which it ever says to have finished; it keeps what it was answered. */
export class NumberedCaller implements RpcCaller {
  readonly answers: string[] = [];
  readonly #channel: RpcChannel;
  readonly #caller: Caller;

  private constructor(channel: RpcChannel, caller: Caller) {
    this.#channel = channel;
    this.#caller = caller;
  }

  static async connect(port: number, caller: Caller): Promise<NumberedCaller> {
    const channel = await openRpcChannel({ host: '127.0.0.1', port }, nodeEnvironment());
    return new NumberedCaller(channel, caller);
  }

  close(): void {
    this.#channel.close();
  }

  async hello(): Promise<number> {
    const { paHello } = PaProgramV1.procedures;
    const args = { client: this.#caller.clientUi, previousIncarnation: 0n };
    const { result } = await this.#exchange(PaProgramV1, paHello, args, 0);
    return Number(result.incarnation);
  }

  async call<A, R>(version: ProgramVersion, procedure: Procedure<A, R>, args: A): Promise<R> {
    const sequence = this.answers.length + 1;
    const { reply, result } = await this.#exchange(version, procedure, args, sequence);
    if (!reply.accepted || reply.outcome.status !== 'SUCCESS') throw new Error('no results');
    this.answers.push(reply.outcome.results.toString('base64'));
    return result;
  }

  async #exchange<A, R>(
    { program, version }: ProgramVersion,
    procedure: Procedure<A, R>,
    args: A,
    sequence: number,
  ): Promise<{ readonly reply: RpcReply; readonly result: R }> {
    const { areaUi, clientUi, incarnation, origin } = this.#caller;
    const header = {
      aliasUi: areaUi,
      clientUi,
      incarnation: sequence === 0 ? 0 : incarnation,
      sequence,
      lowestUnfinished: 1,
      hintEpoch: 0,
      origin: sequence === 0 || origin === undefined ? undefined : { ...origin, xid: sequence },
    };
    const reply = await this.#channel.send({
      program,
      version,
      procedure: procedure.number,
      credential,
      verifier: { flavor: paFlavor, body: encodeCallHeader(header) },
      argumentBuffers: encodeToBuffers(procedure.arguments, args),
    });
    const result = resultOfReply(reply, procedure.result, procedure.name);
    if (result instanceof RpcError) throw result;
    return { reply, result };
  }
}

/** Changes of names and contents, of which several fail or mean something else when they are made again. */
export async function changeFiles(caller: NumberedCaller, name: string): Promise<void> {
  const files = await Files.over(caller, () => undefined);
  const directory = await files.makeDirectory(files.root, name);
  await files.makeFile(directory, 'small', 'inline');
  await files.makeFile(directory, 'large', 'in the value log'.repeat(512));
  await files.makeFile(directory, 'gone', '');
  await files.removeFile(directory, 'gone');
  await files.makeDirectory(directory, 'gone');
  await files.removeDirectory(directory, 'gone');
}
