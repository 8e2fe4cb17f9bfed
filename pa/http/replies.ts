import type { FastifyReply } from 'fastify';
import type { GuardOutcome } from './request-guard.ts';

/** Codes that the errors of every HTTP service of ours may carry. */
export type HttpErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'unsigned'
  | 'forged'
  | 'stale'
  | 'replayed'
  | 'busy'
  | 'internal';

export const httpStatuses: Readonly<Record<HttpErrorCode, number>> = {
  'bad-request': 400,
  unsigned: 401,
  forged: 401,
  stale: 401,
  'not-found': 404,
  replayed: 409,
  busy: 503,
  internal: 500,
};

/** `code` is stable; `message` is for people. */
export function sendHttpError(
  reply: FastifyReply,
  code: HttpErrorCode,
  message: string,
): FastifyReply {
  return reply.status(httpStatuses[code]).send({ code, message });
}

export function sendGuardRefusal(
  reply: FastifyReply,
  refused: Exclude<GuardOutcome, { kind: 'allowed' }>,
): FastifyReply {
  switch (refused.kind) {
    case 'unsigned':
      return sendHttpError(
        reply,
        'unsigned',
        'a change must be signed with the cluster secret (header fuga-mac)',
      );
    case 'forged':
      return sendHttpError(
        reply,
        'forged',
        'the signature is not one that the cluster secret gives for this request',
      );
    case 'stale':
      return sendHttpError(
        reply,
        'stale',
        `the request was signed ${refused.ageMs} ms ago by its sender's clock: too far from now, or the clocks differ`,
      );
    case 'replayed':
      return sendHttpError(reply, 'replayed', 'this request was received before');
    case 'busy':
      return sendHttpError(reply, 'busy', 'too many signed requests at once: come back later');
  }
}
