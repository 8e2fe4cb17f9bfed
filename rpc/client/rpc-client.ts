import type { Endpoint } from '../../environment/network.ts';
import type { Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { XdrWriter } from '../../xdr/writer.ts';
import type { OpaqueAuth } from '../opaque-auth.ts';
import { RpcError } from '../rpc-error.ts';
import type { CallChannel } from './call-channel.ts';
import {
  type DatagramChannel,
  type DatagramChannelOptions,
  openDatagramChannel,
} from './datagram-channel.ts';
import { resultOfReply } from './reply-result.ts';
import { openRpcChannel, type RpcChannel, type RpcChannelOptions } from './rpc-channel.ts';

export interface RpcCallOptions {
  /** RPC_TIMEDOUT after this time. Without it a call waits as long as its connection lives. */
  readonly deadlineMs?: number;
  /** Instead of the client's. */
  readonly credential?: OpaqueAuth;
}

export interface RpcClientDefaults {
  /** AUTH_NONE when absent. */
  readonly credential?: OpaqueAuth;
  readonly deadlineMs?: number;
}

/** A plain Sun RPC client over one channel, for generated stubs: `new NfsProgramV2Client(await connectRpc(...))`. */
export class RpcClient<Channel extends CallChannel = RpcChannel>
  implements RpcCaller<RpcCallOptions>
{
  readonly channel: Channel;
  readonly #defaults: RpcClientDefaults;

  constructor(channel: Channel, defaults: RpcClientDefaults = {}) {
    this.channel = channel;
    this.#defaults = defaults;
  }

  async call<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
    options: RpcCallOptions = {},
  ): Promise<Result> {
    const { credential, deadlineMs } = { ...this.#defaults, ...options };
    const what = `${version.versionName} ${procedure.name}`;
    const writer = new XdrWriter();
    try {
      procedure.arguments.encode(writer, args);
    } catch (cause) {
      throw new RpcError('RPC_CANTENCODEARGS', what, { cause });
    }
    const reply = await this.channel.send(
      {
        program: version.program,
        version: version.version,
        procedure: procedure.number,
        argumentBuffers: writer.finish(),
        credential,
      },
      { deadlineMs },
    );
    const result = resultOfReply(reply, procedure.result, what);
    if (result instanceof RpcError) throw result;
    return result;
  }

  /** Closes at once; what is outstanding is rejected with RPC_CANTRECV. */
  close(): void {
    this.channel.close();
  }
}

/** Connects over TCP; see `openRpcChannel` for how it rejects. */
export async function connectRpc(
  to: Endpoint,
  options: RpcChannelOptions & RpcClientDefaults,
): Promise<RpcClient> {
  return new RpcClient(await openRpcChannel(to, options), options);
}

/** The same over UDP: nothing is sent before the first call, so only a name that is unknown rejects. */
export async function connectRpcUdp(
  to: Endpoint,
  options: DatagramChannelOptions & RpcClientDefaults,
): Promise<RpcClient<DatagramChannel>> {
  return new RpcClient(await openDatagramChannel(to, options), options);
}
