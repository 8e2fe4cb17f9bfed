import type { CallRequest } from '../call-message.ts';
import type { RpcReply } from '../reply-message.ts';

export interface SendOptions {
  /** RPC_TIMEDOUT after this time. Whether the call was executed is not known then. Without it: no limit. */
  readonly deadlineMs?: number | undefined;
}

/** Takes calls to a server and gives its replies as they are, denials and failures included; over TCP or UDP. */
export interface CallChannel {
  /** Rejects with an RpcError, where there is no reply. */
  send(request: CallRequest, options?: SendOptions): Promise<RpcReply>;
  /** At once; what is outstanding is rejected with RPC_CANTRECV. */
  close(): void;
}
