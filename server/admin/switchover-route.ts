import type { FastifyInstance } from 'fastify';
import {
  onlySigned,
  type SignedRequestParts,
  signatureHeaders,
} from '../../pa/http/signed-requests.ts';
import type { SwitchoverOutcome } from '../../pa/server/host.ts';
import { switchoverOrderSchema, switchoverSchema } from './schemas.ts';

interface SwitchoverOrder {
  readonly alias: string;
  readonly to?: string;
}

/** Gives a volume to a backup; undefined where this process has no such alias. */
export type SwitchOver = (
  alias: string,
  to: string | undefined,
) => Promise<SwitchoverOutcome> | undefined;

export interface SwitchoverRouteParts extends SignedRequestParts {
  readonly switchOver: SwitchOver;
}

/** Lets the primary of a volume hand it over. */
export function addSwitchoverRoute(app: FastifyInstance, parts: SwitchoverRouteParts): void {
  const error = { $ref: 'Error#' };
  app.post<{ Body: SwitchoverOrder }>(
    '/switchover',
    {
      preValidation: onlySigned(parts, 'admin'),
      schema: {
        summary: 'Give a volume to a backup',
        description:
          'Only the primary can. Clients see a short stall: what was under way comes again, and is recognised.',
        headers: signatureHeaders,
        body: switchoverOrderSchema,
        response: {
          200: switchoverSchema,
          400: error,
          401: error,
          404: error,
          409: error,
          503: error,
        },
      },
    },
    async ({ body: { alias, to } }, reply) => {
      const outcome = await parts.switchOver(alias, to);
      if (outcome?.kind === 'switched') return { to: outcome.to, elapsedMs: outcome.elapsedMs };
      const status = outcome === undefined ? 404 : 409;
      return reply.status(status).send(refusalOf(outcome, alias, to));
    },
  );
}

function refusalOf(
  outcome: Exclude<SwitchoverOutcome, { kind: 'switched' }> | undefined,
  alias: string,
  to: string | undefined,
): { code: string; message: string } {
  switch (outcome?.kind) {
    case undefined:
      return { code: 'unknown-alias', message: `this process has no "${alias}"` };
    case 'not-primary':
      return { code: outcome.kind, message: `this process does not serve "${alias}"` };
    case 'no-backup': {
      const backups = outcome.backups.join(', ');
      const who = backups === '' ? 'nobody does' : `these do: ${backups}`;
      const wanted = to === undefined ? 'nobody' : `"${to}" does not`;
      const message =
        to === undefined
          ? `nobody stands by for "${alias}"`
          : `${wanted} stand by for "${alias}"; ${who}`;
      return { code: outcome.kind, message };
    }
    case 'not-taken':
      return {
        code: outcome.kind,
        message: `"${outcome.by}" was asked to take "${alias}" over and did not: see its log`,
      };
  }
}
