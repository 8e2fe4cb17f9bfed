import type { FastifyInstance } from 'fastify';
import {
  onlySigned,
  type SignedRequestParts,
  signatureHeaders,
} from '../../pa/http/signed-requests.ts';
import type { ShownExport } from '../exports/format-exports.ts';
import { exportsSchema } from './schemas.ts';

/** The exports of a process. */
export interface ExportsControl {
  show(): readonly ShownExport[];
  /** Rejects where they cannot be read or understood, and leaves the old ones in force then. */
  load(): Promise<void>;
}

export interface ExportsRouteParts extends SignedRequestParts {
  readonly exports: ExportsControl;
}

/** Shows the exports, and reads them again. */
export function addExportsRoutes(app: FastifyInstance, parts: ExportsRouteParts): void {
  const { exports } = parts;
  const error = { $ref: 'Error#' };

  app.get(
    '/exports',
    { schema: { summary: 'Who may mount what', response: { 200: exportsSchema } } },
    () => ({ exports: exports.show() }),
  );

  app.post(
    '/exports/reload',
    {
      preValidation: onlySigned(parts, 'admin'),
      schema: {
        summary: 'Read the exports again',
        description:
          'What cannot be understood is told with file and line; the old exports stay in force then.',
        headers: signatureHeaders,
        response: { 200: exportsSchema, 401: error, 409: error, 422: error, 503: error },
      },
    },
    async (_, reply) => {
      try {
        await exports.load();
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        return reply.status(422).send({ code: 'bad-exports', message });
      }
      return { exports: exports.show() };
    },
  );
}
