import type { Writeverf3 } from '../../protocol/generated/nfs3.ts';
import type { Call } from '../call.ts';

/**
 * RFC 1813 §3.3.7: changes whenever uncommitted data may have been lost. It is the claim's random number, so another one
 * after each takeover. There is no uncommitted data here; a client that sends some again all the same does no harm.
 */
export function writeVerifierOf({ service }: Call): Writeverf3 {
  return Buffer.from(service.volume.writeVerifier);
}
