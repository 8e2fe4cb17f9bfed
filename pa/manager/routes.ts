import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Port } from '../directory/port.ts';
import type { SignedPurpose } from '../directory/request-signature.ts';
import type { RequestGuard } from '../http/request-guard.ts';
import { onlySigned, signatureHeaders } from '../http/signed-requests.ts';
import type { AliasDirectory } from './alias-directory.ts';
import { entryJson, type EventHub } from './event-hub.ts';
import type { PamMetrics } from './metrics.ts';
import { sendError, sendRefusal, sendRegisterOutcome, sendUnknownAlias } from './replies.ts';
import { nameBody, nameParameters, resetBody } from './schemas.ts';

export interface PamState {
  readonly directory: AliasDirectory;
  readonly hub: EventHub;
  readonly guard: RequestGuard;
  readonly metrics: PamMetrics;
  /** Since the start, in whole ms. */
  readonly upMs: () => number;
  /** The body of a request as it was sent: what its signature covers. */
  readonly bodyOf: (request: FastifyRequest) => Uint8Array;
}

interface ByName {
  Params: { name: string };
}

const alias = { $ref: 'Alias#' } as const;
const error = { $ref: 'Error#' } as const;
const failures = (...statuses: number[]): object =>
  Object.fromEntries(statuses.map((status) => [status, error]));
const nothing = { type: 'null', description: 'Done' } as const;

/** Everything that looks at aliases or changes them. */
export function addAliasRoutes(app: FastifyInstance, state: PamState): void {
  addLookups(app, state);
  addChanges(app, state);
}

function addLookups(app: FastifyInstance, { directory, upMs }: PamState): void {
  app.get(
    '/v1/aliases',
    {
      schema: {
        summary: 'List all aliases',
        response: {
          200: {
            type: 'object',
            required: ['aliases'],
            properties: { aliases: { type: 'array', items: alias } },
          },
        },
      },
    },
    () => ({ aliases: directory.list().map(entryJson) }),
  );

  app.get<ByName>(
    '/v1/aliases/:name',
    {
      schema: {
        summary: 'Look an alias up',
        params: nameParameters,
        response: { 200: alias, ...failures(400, 404) },
      },
    },
    (request, reply) => {
      const entry = directory.get(request.params.name);
      if (entry === undefined) return sendUnknownAlias(reply, request.params.name, upMs());
      return reply.send(entryJson(entry));
    },
  );
}

function addChanges(app: FastifyInstance, state: PamState): void {
  const { directory, metrics, guard, bodyOf, upMs } = state;
  const onRefused = (reason: string): void => metrics.refused.inc({ reason });
  const signed = (purpose: SignedPurpose) => ({
    preValidation: onlySigned({ guard, bodyOf, onRefused }, purpose),
  });

  app.post<{ Body: { name: string } }>(
    '/v1/aliases',
    {
      ...signed('admin'),
      schema: {
        summary: 'Create an alias',
        headers: signatureHeaders,
        body: nameBody,
        response: { 201: alias, ...failures(400, 401, 409, 503, 507) },
      },
    },
    (request, reply) => {
      const { name } = request.body;
      const outcome = directory.create(name);
      if (outcome.kind === 'exists') return sendError(reply, 'exists', `"${name}" exists already`);
      if (outcome.kind !== 'created') return sendRefusal(reply, outcome);
      return reply.status(201).send(entryJson({ name, areaUi: undefined, port: undefined }));
    },
  );

  app.delete<ByName>(
    '/v1/aliases/:name',
    {
      ...signed('admin'),
      schema: {
        summary: 'Delete an alias',
        description:
          'A server that still serves the alias makes it again with its next registration.',
        params: nameParameters,
        headers: signatureHeaders,
        response: { 204: nothing, ...failures(400, 401, 404, 409, 503) },
      },
    },
    (request, reply) => {
      const { name } = request.params;
      return directory.delete(name)
        ? reply.status(204).send()
        : sendUnknownAlias(reply, name, upMs());
    },
  );

  app.post<ByName & { Body: { areaUi?: string } | null }>(
    '/v1/aliases/:name/reset',
    {
      ...signed('admin'),
      schema: {
        summary: 'Let another stable area take an alias over',
        params: nameParameters,
        headers: signatureHeaders,
        body: resetBody,
        response: { 204: nothing, ...failures(400, 401, 404, 409, 503) },
      },
    },
    (request, reply) => {
      const { name } = request.params;
      const done = directory.reset(name, request.body?.areaUi);
      return done ? reply.status(204).send() : sendUnknownAlias(reply, name, upMs());
    },
  );

  app.put<ByName & { Body: Port }>(
    '/v1/aliases/:name/port',
    {
      ...signed('registration'),
      schema: {
        summary: 'Register where an alias is served; a heartbeat when nothing changed',
        params: nameParameters,
        headers: signatureHeaders,
        body: { $ref: 'Port#' },
        response: {
          200: {
            type: 'object',
            required: ['changed'],
            properties: { changed: { type: 'boolean' } },
          },
          ...failures(400, 401, 409, 503, 507),
        },
      },
    },
    (request, reply) => {
      const outcome = directory.register(request.params.name, request.body);
      metrics.registrations.inc({ outcome: outcome.kind });
      return sendRegisterOutcome(reply, request.params.name, outcome);
    },
  );
}
