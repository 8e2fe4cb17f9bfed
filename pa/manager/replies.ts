import type { FastifyReply } from 'fastify';
import { formatPort } from '../directory/port.ts';
import { type HttpErrorCode, httpStatuses } from '../http/replies.ts';
import type { RegisterOutcome, Refusal } from './alias-directory.ts';

/** Closed set of the codes that PAM's HTTP errors carry. */
export type PamErrorCode =
  | HttpErrorCode
  | 'unknown-alias'
  | 'exists'
  | 'full'
  | 'stale-epoch'
  | 'other-area'
  | 'too-many-subscribers';

const statuses: Readonly<Record<PamErrorCode, number>> = {
  ...httpStatuses,
  'unknown-alias': 404,
  exists: 409,
  'stale-epoch': 409,
  'other-area': 409,
  full: 507,
  'too-many-subscribers': 503,
};

export function sendError(
  reply: FastifyReply,
  code: PamErrorCode,
  message: string,
  more: object = {},
): FastifyReply {
  return reply.status(statuses[code]).send({ code, message, ...more });
}

/** `upMs`: a PAM that was started a moment ago has not heard of all aliases yet, and says so. */
export function sendUnknownAlias(reply: FastifyReply, name: string, upMs: number): FastifyReply {
  return sendError(reply, 'unknown-alias', `there is no alias "${name}"`, { upMs });
}

export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  switch (refusal.kind) {
    case 'bad-name':
    case 'bad-port':
      return sendError(reply, 'bad-request', refusal.reason);
    case 'full':
      return sendError(
        reply,
        'full',
        `there are ${refusal.aliasesMax} aliases, and no room for more`,
      );
  }
}

export function sendRegisterOutcome(
  reply: FastifyReply,
  name: string,
  outcome: RegisterOutcome,
): FastifyReply {
  switch (outcome.kind) {
    case 'registered':
      return reply.send({ changed: outcome.changed });
    case 'stale-epoch':
      return sendError(
        reply,
        'stale-epoch',
        `"${name}" is served by ${formatPort(outcome.known)}: an older epoch is not accepted`,
        { known: outcome.known },
      );
    case 'other-area':
      return sendError(
        reply,
        'other-area',
        `"${name}" belongs to another stable area (${outcome.areaUi}): reset the alias (fuga alias reset ${name}) ` +
          'if this area is to take it over',
      );
    case 'bad-name':
    case 'bad-port':
    case 'full':
      return sendRefusal(reply, outcome);
  }
}
