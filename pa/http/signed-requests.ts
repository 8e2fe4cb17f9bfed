import type { FastifyReply, FastifyRequest } from 'fastify';
import { type SignedPurpose, signatureHeader } from '../directory/request-signature.ts';
import { sendGuardRefusal } from './replies.ts';
import type { GuardOutcome, RequestGuard } from './request-guard.ts';

export interface SignedRequestParts {
  readonly guard: RequestGuard;
  /** The body of a request as it was sent: what its signature covers. */
  readonly bodyOf: (request: FastifyRequest) => Uint8Array;
  readonly onRefused?: (reason: GuardOutcome['kind']) => void;
}

/** A hook that lets only signed requests through; before validation, so that strangers learn nothing from its messages. */
export function onlySigned(parts: SignedRequestParts, purpose: SignedPurpose) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const header = request.headers[signatureHeader];
    const outcome = parts.guard.check(
      purpose,
      { method: request.method, path: request.url, body: parts.bodyOf(request) },
      typeof header === 'string' ? header : undefined,
    );
    if (outcome.kind === 'allowed') {
      done();
      return;
    }
    parts.onRefused?.(outcome.kind);
    request.log.warn({ reason: outcome.kind, from: request.ip }, 'refused a change');
    void sendGuardRefusal(reply, outcome);
  };
}

/** The header, for descriptions. */
export const signatureHeaders = {
  type: 'object',
  properties: {
    'fuga-mac': {
      type: 'string',
      description:
        'Needed where there is a cluster secret: "sent=MILLISECONDS; nonce=32 HEX DIGITS; mac=64 HEX DIGITS". The ' +
        'mac is HMAC-SHA-256 over method, path, sent, nonce (a line each) and the body',
    },
  },
} as const;
