import type { Endpoint } from '../../environment/network.ts';
import { voidCodec } from '../../xdr/primitives.ts';
import { resultOfReply } from '../client/reply-result.ts';
import type { RpcReply } from '../reply-message.ts';
import { RpcError } from '../rpc-error.ts';
import type { RpcTransport } from '../server/connection.ts';
import { connectWithin, type PortmapperClientOptions } from './portmapper-connection.ts';

export interface ProgramAddress {
  readonly program: number;
  readonly version: number;
  readonly transport: RpcTransport;
  readonly at: Endpoint;
}

/** Calls procedure 0 of a program, which does nothing: rejects with an RpcError where that is not served there. */
export async function callNull(
  called: ProgramAddress,
  options: PortmapperClientOptions,
): Promise<void> {
  const what = `program ${called.program} version ${called.version}`;
  const result = resultOfReply(await ask(called, options), voidCodec, what);
  if (result instanceof RpcError) throw result;
}

/** Whether anybody answers there, be it with a refusal. */
export async function isAnswered(
  called: ProgramAddress,
  options: PortmapperClientOptions,
): Promise<boolean> {
  try {
    await ask(called, options);
    return true;
  } catch {
    return false;
  }
}

async function ask(
  { program, version, transport, at }: ProgramAddress,
  options: PortmapperClientOptions,
): Promise<RpcReply> {
  const client = await connectWithin(at, transport, options);
  try {
    const request = { program, version, procedure: 0, argumentBuffers: [] };
    return await client.channel.send(request, { deadlineMs: options.deadlineMs });
  } finally {
    client.close();
  }
}
