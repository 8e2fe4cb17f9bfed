import type { FastifyInstance } from 'fastify';
import {
  onlySigned,
  type SignedRequestParts,
  signatureHeaders,
} from '../../pa/http/signed-requests.ts';
import type { FailpointControl, FailpointOrder } from './failpoint-control.ts';
import { failpointOrderSchema } from './schemas.ts';

export interface FailpointRouteParts extends SignedRequestParts {
  readonly failpoints: FailpointControl;
}

/** Lets a test order the death of this process, or that it hangs. There only where the operator allowed it, and signed. */
export function addFailpointRoute(app: FastifyInstance, parts: FailpointRouteParts): void {
  const error = { $ref: 'Error#' };
  app.post<{ Body: FailpointOrder }>(
    '/failpoints',
    {
      preValidation: onlySigned(parts, 'admin'),
      schema: {
        summary: 'Kill or block this process at a chosen moment',
        description: 'For tests: only where the process was started with FUGA_FAILPOINT_CONTROL=1.',
        headers: signatureHeaders,
        body: failpointOrderSchema,
        response: {
          204: { type: 'null', description: 'Armed' },
          400: error,
          401: error,
          404: error,
          409: error,
          503: error,
        },
      },
    },
    (request, reply) => {
      if (parts.failpoints.order(request.body) === 'done') return reply.status(204).send();
      return reply.status(404).send({
        code: 'unknown-alias',
        message: `this process does not serve "${request.body.alias ?? ''}"`,
      });
    },
  );
}
