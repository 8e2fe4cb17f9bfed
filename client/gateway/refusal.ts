import { encodeReplyHeader, paFlavor } from '../../pa/header.ts';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import { acceptedReply, rejectedReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';

/** Ports below are given to the system's own processes alone: the system vouches for the credential. */
const privilegedPortsEnd = 1_024;
const nullProcedure = 0;

const programUnavailable = acceptedReply({ status: 'PROG_UNAVAIL' });
const tooWeak = rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_TOOWEAK' });
const addressUnknown = acceptedReply(
  { status: 'SYSTEM_ERR' },
  { flavor: paFlavor, body: encodeReplyHeader({ kind: 'address-unknown' }) },
);

/** The reply to a call that is not relayed; undefined for one that is. */
export function refusalOf(
  call: RpcCall,
  { peer }: RpcConnection,
  secure: boolean,
): Buffer[] | undefined {
  // Its id would be lost here, and with it what it was promised. AU sends a PA client where it belongs: to PAM.
  if (call.verifier.flavor === paFlavor) return addressUnknown;
  // PA's own program is spoken between this process and the server; a server has it for nobody else either.
  if (call.program === PaProgramV1.program) return programUnavailable;
  // RFC 5531 §9: "rejected for security reasons", which ends a mount at once, where a closed connection would be tried
  // again and again. The null procedure needs no authentication (§12.1): mount commands ask from any port whether there
  // is a server.
  const isWeak = secure && peer.port >= privilegedPortsEnd && call.procedure !== nullProcedure;
  return isWeak ? tooWeak : undefined;
}
